/* vfork: the child runs on its parent's memory, stack and TLS until it execs or exits, so the return
 * address must not lie in the frame that both use, and the child's calls must pass through (G6, G8). */
#include <asm/unistd_64.h>

        .text
        .globl  vfork, __vfork
        .globl  vfork_hidden
        .hidden vfork_hidden
        .type   vfork, @function
        .type   __vfork, @function
        .p2align 4
vfork:
__vfork:
vfork_hidden:
        .cfi_startproc
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    thrace_vfork_begin
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        popq    %rdi                    /* the kernel keeps it for both */
        .cfi_adjust_cfa_offset -8
        .cfi_register %rip, %rdi
        movl    $__NR_vfork, %eax
        syscall
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset %rip, 0
        testq   %rax, %rax
        jz      .Lchild
        movq    %rax, %rdi
        jmp     thrace_vfork_end
.Lchild:
        ret
        .cfi_endproc
        .size   vfork, . - vfork
        .section .note.GNU-stack, "", @progbits
