/* The time where there is no usable TSC (design: T10): CLOCK_MONOTONIC, read as libc reads it, by the
 * code that the kernel maps into each program.  That takes 40 ns where a system call takes 200 to 3,000,
 * and is none, which the program may have forbidden itself (seccomp), unless the kernel's clock source can
 * only be read by the kernel (hpet, acpi_pm).  It takes no lock: signal handlers may call.
 *
 * thrace_monotonic_ns: no arguments; rax: ns.  Called from the middle of functions that shall not pay for
 * it where there is a TSC (local.h), so it keeps all general registers but rax, rcx and r11, as a system
 * call does, and takes the stack as it is. */
#include <asm/unistd_64.h>

        .set    CLOCK_MONOTONIC, 1
        .set    kSaved, 6 * 8

        .text
        .globl  thrace_monotonic_ns
        .hidden thrace_monotonic_ns
        .type   thrace_monotonic_ns, @function
        .p2align 4
thrace_monotonic_ns:
        .cfi_startproc
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rdi
        pushq   %rsi
        pushq   %rdx
        pushq   %r8
        pushq   %r9
        pushq   %r10
        subq    $16, %rsp               /* struct timespec */
        andq    $-16, %rsp
        movq    $0, (%rsp)              /* the time, should nobody tell it */
        movq    $0, 8(%rsp)
        movl    $CLOCK_MONOTONIC, %edi
        movq    %rsp, %rsi
        movq    thrace_kernel_clock(%rip), %rax
        testq   %rax, %rax
        jz      .Lsystem_call
        call    *%rax                   /* int (clockid_t, struct timespec *) */
        testl   %eax, %eax
        jz      .Ldone
.Lsystem_call:
        movl    $CLOCK_MONOTONIC, %edi
        movq    %rsp, %rsi
        movl    $__NR_clock_gettime, %eax
        syscall
.Ldone:
        imulq   $1000000000, (%rsp), %rax
        addq    8(%rsp), %rax
        leaq    -kSaved(%rbp), %rsp
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdx
        popq    %rsi
        popq    %rdi
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   thrace_monotonic_ns, . - thrace_monotonic_ns
        .section .note.GNU-stack, "", @progbits
