/* dlopen, dlmopen, dlsym and dlvsym: transparent, as they look at their return address (modules.h,
 * L1).  What there is to do is done before the jump. */
        .text

        /* thrace_enter_loader(which) says where to jump. */
        .macro  transparent name, which
        .globl  \name
        .type   \name, @function
        .p2align 4
\name:
        .cfi_startproc
        pushq   %rdi
        .cfi_adjust_cfa_offset 8
        pushq   %rsi
        .cfi_adjust_cfa_offset 8
        pushq   %rdx
        .cfi_adjust_cfa_offset 8
        movl    $\which, %edi
        call    thrace_enter_loader
        popq    %rdx
        .cfi_adjust_cfa_offset -8
        popq    %rsi
        .cfi_adjust_cfa_offset -8
        popq    %rdi
        .cfi_adjust_cfa_offset -8
        jmp     *%rax
        .cfi_endproc
        .size   \name, . - \name
        .endm

        /* The numbers are those of LoaderCall in loader.cc. */
        transparent dlopen, 0
        transparent dlmopen, 1
        transparent dlsym, 2
        transparent dlvsym, 3
        .section .note.GNU-stack, "", @progbits
