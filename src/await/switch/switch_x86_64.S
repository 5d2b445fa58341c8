/*
 * The System V ABI for x86-64 asks a function to preserve rbx, rbp, r12-r15,
 * the control bits of MXCSR and the x87 control word; the caller has saved the
 * rest. A context is the stack pointer below these eight words and the return
 * address:
 *
 *      rsp + 0   MXCSR, x87 control word
 *      rsp + 8   r15, r14, r13, r12, rbx, rbp
 *      rsp + 56  return address
 *
 * A shadow stack, which the processor may keep of return addresses, is not
 * switched: the note at the end claims indirect branch tracking only, so the
 * system leaves it off.
 */
        .text

        .globl  aw__switch_stacks
        .hidden aw__switch_stacks
        .type   aw__switch_stacks, @function
        .p2align 4
aw__switch_stacks:
        .cfi_startproc
        endbr64
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r15, 0
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)

        movq    %rsp, (%rdi)
        movq    %rsi, %rsp      /* same layout: the unwind rules still hold */

        ldmxcsr (%rsp)
        fldcw   4(%rsp)
        addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbp
        /* A return would be predicted to go where this was called from. */
        popq    %rcx
        .cfi_adjust_cfa_offset -8
        .cfi_register rip, rcx
        notrack jmp *%rcx
        .cfi_endproc
        .size   aw__switch_stacks, .-aw__switch_stacks

/* The first frame of a coroutine: entry in r12, its argument in r13. The
   undefined return address tells unwinders that nothing is above it. */
        .globl  aw__switch_first_frame
        .hidden aw__switch_first_frame
        .type   aw__switch_first_frame, @function
        .p2align 4
aw__switch_first_frame:
        .cfi_startproc
        .cfi_undefined rip
        movq    %r13, %rdi
        call    *%r12
        ud2
        .cfi_endproc
        .size   aw__switch_first_frame, .-aw__switch_first_frame

        .section .note.gnu.property, "a", @note
        .p2align 3
        .long   4               /* the length of the name */
        .long   16
        .long   5               /* NT_GNU_PROPERTY_TYPE_0 */
        .asciz  "GNU"
        .long   0xc0000002      /* GNU_PROPERTY_X86_FEATURE_1_AND */
        .long   4
        .long   1               /* indirect branch tracking */
        .long   0

        .section .note.GNU-stack, "", @progbits
