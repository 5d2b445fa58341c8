/*
 * The procedure call standard for AArch64 asks a function to preserve x19-x29,
 * the low halves of v8-v15 and the control bits of FPCR; the caller has saved
 * the rest. x30 is the return address. A context is the stack pointer below
 * these words:
 *
 *      sp + 0    x19, x20, ... x29, x30
 *      sp + 96   d8, d9, ... d15
 *      sp + 160  FPCR
 *
 * With pointer authentication the saved x30 is signed with the stack pointer
 * that switch_stacks() was entered with; what returns has the same one again.
 */
#if defined(__ARM_FEATURE_PAC_DEFAULT) && (__ARM_FEATURE_PAC_DEFAULT & 2)
#define SIGN            hint    #27     /* pacibsp */
#define AUTHENTICATE    hint    #31     /* autibsp */
#define SIGN_X17_X16    hint    #10     /* pacib1716 */
#define KEY             .cfi_b_key_frame
#define NEGATE          .cfi_negate_ra_state
#define PAC             2
#elif defined(__ARM_FEATURE_PAC_DEFAULT) && (__ARM_FEATURE_PAC_DEFAULT & 1)
#define SIGN            hint    #25     /* paciasp */
#define AUTHENTICATE    hint    #29     /* autiasp */
#define SIGN_X17_X16    hint    #8      /* pacia1716 */
#define KEY
#define NEGATE          .cfi_negate_ra_state
#define PAC             2
#else
#define SIGN
#define AUTHENTICATE
#define SIGN_X17_X16
#define KEY
#define NEGATE
#define PAC             0
#endif
#define LANDING         hint    #34     /* bti c: may be called indirectly */
#define BTI             1

        .text

        .globl  aw__switch_stacks
        .hidden aw__switch_stacks
        .type   aw__switch_stacks, %function
        .p2align 4
aw__switch_stacks:
        .cfi_startproc
        KEY
        LANDING
        SIGN
        NEGATE
        sub     sp, sp, #176
        .cfi_adjust_cfa_offset 176
        stp     x19, x20, [sp, #0]
        stp     x21, x22, [sp, #16]
        stp     x23, x24, [sp, #32]
        stp     x25, x26, [sp, #48]
        stp     x27, x28, [sp, #64]
        stp     x29, x30, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mrs     x9, fpcr
        str     x9, [sp, #160]
        .cfi_rel_offset x19, 0
        .cfi_rel_offset x20, 8
        .cfi_rel_offset x21, 16
        .cfi_rel_offset x22, 24
        .cfi_rel_offset x23, 32
        .cfi_rel_offset x24, 40
        .cfi_rel_offset x25, 48
        .cfi_rel_offset x26, 56
        .cfi_rel_offset x27, 64
        .cfi_rel_offset x28, 72
        .cfi_rel_offset x29, 80
        .cfi_rel_offset x30, 88
        .cfi_rel_offset d8, 96
        .cfi_rel_offset d9, 104
        .cfi_rel_offset d10, 112
        .cfi_rel_offset d11, 120
        .cfi_rel_offset d12, 128
        .cfi_rel_offset d13, 136
        .cfi_rel_offset d14, 144
        .cfi_rel_offset d15, 152

        mov     x10, sp
        str     x10, [x0]
        mov     sp, x1          /* same layout: the unwind rules still hold */

        ldr     x10, [sp, #160]
        cmp     x9, x10         /* writing FPCR is slow, and hardly ever due */
        b.eq    1f
        msr     fpcr, x10
1:      ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        .cfi_restore x19
        .cfi_restore x20
        .cfi_restore x21
        .cfi_restore x22
        .cfi_restore x23
        .cfi_restore x24
        .cfi_restore x25
        .cfi_restore x26
        .cfi_restore x27
        .cfi_restore x28
        .cfi_restore x29
        .cfi_restore x30
        .cfi_restore d8
        .cfi_restore d9
        .cfi_restore d10
        .cfi_restore d11
        .cfi_restore d12
        .cfi_restore d13
        .cfi_restore d14
        .cfi_restore d15
        add     sp, sp, #176
        .cfi_adjust_cfa_offset -176
        AUTHENTICATE
        NEGATE
        ret
        .cfi_endproc
        .size   aw__switch_stacks, .-aw__switch_stacks

/* The first frame of a coroutine: entry in x19, its argument in x20. The
   undefined return address tells unwinders that nothing is above it, and the
   frame pointer of 0, which prepare_aarch64.c puts there, those who follow
   frames. */
        .globl  aw__switch_first_frame
        .hidden aw__switch_first_frame
        .type   aw__switch_first_frame, %function
        .p2align 4
aw__switch_first_frame:
        .cfi_startproc
        .cfi_undefined x30
        mov     x0, x20
        blr     x19
        brk     #1
        .cfi_endproc
        .size   aw__switch_first_frame, .-aw__switch_first_frame

/* x0, a return address, signed as aw__switch_stacks() signs it where the stack
   pointer is x1. */
        .globl  aw__switch_sign
        .hidden aw__switch_sign
        .type   aw__switch_sign, %function
        .p2align 4
aw__switch_sign:
        .cfi_startproc
        LANDING
        mov     x17, x0
        mov     x16, x1
        SIGN_X17_X16
        mov     x0, x17
        ret
        .cfi_endproc
        .size   aw__switch_sign, .-aw__switch_sign

        .section .note.gnu.property, "a", %note
        .p2align 3
        .word   4               /* the length of the name */
        .word   16
        .word   5               /* NT_GNU_PROPERTY_TYPE_0 */
        .asciz  "GNU"
        .word   0xc0000000      /* GNU_PROPERTY_AARCH64_FEATURE_1_AND */
        .word   4
        .word   BTI | PAC
        .word   0

        .section .note.GNU-stack, "", %progbits
