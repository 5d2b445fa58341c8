#pragma once

/*
 * tools: what sanitizers and Valgrind must be told about stacks that are not
 * the thread's own. Everything is empty in a build without the tool. The only
 * place that knows them; used by coroutine.c and stack.c.
 */

#if defined(__SANITIZE_ADDRESS__)
#define AW_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define AW_ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define AW_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define AW_TSAN 1
#endif
#endif

#ifdef AW_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
/* Before and after a switch. `save` NULL before the last switch away from a
   stack; `from` tells the bounds of the stack that was left. */
#define tool_switch_begin(save, bottom, size) \
    __sanitizer_start_switch_fiber((save), (bottom), (size))
#define tool_switch_end(save, from_bottom, from_size) \
    __sanitizer_finish_switch_fiber((save), (from_bottom), (from_size))
#define tool_asan_unpoison(low, size) \
    __asan_unpoison_memory_region((low), (size))
/* LeakSanitizer does not look for pointers in mapped memory by itself. */
#define tool_root_add(low, size) __lsan_register_root_region((low), (size))
#define tool_root_remove(low, size) __lsan_unregister_root_region((low), (size))
#else
#define tool_switch_begin(save, bottom, size) ((void)(save), (void)(bottom))
#define tool_switch_end(save, from_bottom, from_size) ((void)(save))
#define tool_asan_unpoison(low, size) ((void)(low))
#define tool_root_add(low, size) ((void)(low))
#define tool_root_remove(low, size) ((void)(low))
#endif

#ifdef AW_TSAN
#include <sanitizer/tsan_interface.h>
#define tool_fiber_new() __tsan_create_fiber(0)
#define tool_fiber_current() __tsan_get_current_fiber()
#define tool_fiber_switch(fiber) __tsan_switch_to_fiber((fiber), 0)
#define tool_fiber_free(fiber) __tsan_destroy_fiber(fiber)
#else
#define tool_fiber_new() NULL
#define tool_fiber_current() NULL
#define tool_fiber_switch(fiber) ((void)(fiber))
#define tool_fiber_free(fiber) ((void)(fiber))
#endif

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif
#ifdef VALGRIND_STACK_REGISTER
#define tool_stack_register(low, high) VALGRIND_STACK_REGISTER((low), (high))
#define tool_stack_deregister(id) VALGRIND_STACK_DEREGISTER(id)
#define tool_memcheck_open(low, size) \
    ((void)VALGRIND_MAKE_MEM_DEFINED((low), (size)))
#else
#define tool_stack_register(low, high) 0u
#define tool_stack_deregister(id) ((void)(id))
#define tool_memcheck_open(low, size) ((void)(low))
#endif

/* What a former user of the stack left poisoned (ASan), and out of reach below
   its stack pointer (Memcheck). */
#define tool_unpoison(low, size)           \
    do {                                   \
        tool_asan_unpoison((low), (size)); \
        tool_memcheck_open((low), (size)); \
    } while (0)

#if defined(AW_ASAN) || defined(AW_TSAN)
#define AW_SANITIZED 1
#else
#define AW_SANITIZED 0
#endif
