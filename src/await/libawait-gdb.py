"""
For gdb: the tasks of a program on libawait, in a stopped process or a core.

    (gdb) aw-tasks                  what each task of the running loops awaits
    (gdb) aw-tasks LOOP             of that loop: an expression of aw_loop *
    (gdb) aw-backtrace NAME         with the calls on a task's stack
    (gdb) aw-backtrace              with those of all tasks

gdb loads it by itself beside the installed shared library where that folder is
in its auto-load safe-path; otherwise: source .../libawait-gdb.py. It wants the
library's debugging information. Nothing is called in the process, and nothing
written.

A core is the kernel's (ulimit -c unlimited). Those of gdb itself, by
generate-core-file or gcore, lack the tasks' stacks from Linux 6.13 on: it gives
up a mapping where it meets a guard. The tasks are listed then, without what
they await and what they called.
"""

import gdb
from gdb.unwinder import Unwinder, register_unwinder

PENDING = 0
# Where aw__switch_stacks() left a task's registers, from its context on: the
# two switch_*.S tell. The last is how large that is.
SAVED = {
    "i386:x86-64": (
        {"r15": 8, "r14": 16, "r13": 24, "r12": 32, "rbx": 40, "rbp": 48,
         "rip": 56}, "rsp", 64),
    "aarch64": (
        {**{f"x{19 + i}": 8 * i for i in range(11)}, "pc": 88}, "sp", 176),
}


def address(value):
    return int(value.cast(gdb.lookup_type("unsigned long")))


def text(pointer):
    return pointer.string(errors="replace") if address(pointer) else None


def fields_of(head, type_name, member):
    """The structs of that type that a list links by `member`."""
    kind = gdb.lookup_type(type_name)
    place = next(f.bitpos // 8 for f in kind.fields() if f.name == member)
    link, seen = head["next"], 0
    while address(link) != address(head.address) and address(link):
        yield (link.cast(gdb.lookup_type("char").pointer()) - place).cast(
            kind.pointer()).dereference()
        link = link["next"]
        seen += 1
        if seen > 1_000_000:
            raise gdb.GdbError("the list of tasks does not end")


# Loops.

def loop_of_frame(frame):
    """The loop that a frame of the library runs, or NULL."""
    name = frame.name()
    try:
        if name == "aw__loop_run":
            loop = frame.read_var("loop")
        elif name == "run_function":
            task = frame.read_var("arg").cast(
                gdb.lookup_type("struct task").pointer())
            loop = task["future"]["loop"]
        else:
            return None
        return loop if not loop.is_optimized_out and address(loop) else None
    except (ValueError, gdb.error):
        return None


def loop_of_thread():
    """What the selected thread runs: as it says, or as its frames do."""
    try:
        loop = gdb.parse_and_eval("'current.c'::running_loop")
        return loop if address(loop) else None
    except gdb.error:
        pass  # a core without the means to find a thread's variables
    frame = gdb.newest_frame()
    while frame is not None:
        loop = loop_of_frame(frame)
        if loop is not None:
            return loop
        try:
            frame = frame.older()
        except gdb.error:
            return None
    return None


def running_loops():
    """[(loop, thread)] of all threads."""
    chosen, found = gdb.selected_thread(), []
    if chosen is None:
        raise gdb.GdbError("no process, and no core")
    try:
        for thread in sorted(gdb.selected_inferior().threads(),
                             key=lambda thread: thread.num):
            thread.switch()
            loop = loop_of_thread()
            if loop is not None:
                found.append((loop, thread))
    finally:
        chosen.switch()
    return found


# Tasks.

def name_of(task):
    return text(task["name"]) or f"Task-{int(task['number'])}"


def name_of_future(future):
    """Of a task of ours; others have none that can be read here."""
    own = future.cast(gdb.lookup_type("struct future").pointer())
    marker = gdb.lookup_symbol("aw__own_marker")[0]
    if (marker is None
            or address(future["ops"]["base"]) != address(
                marker.value().address) or not own["is_task"]):
        return ""
    return f" '{name_of(own.cast(gdb.lookup_type('struct task').pointer()))}'"


def is_left_out(task):
    """Is the stack of a suspended task, where its wait lies, not here?"""
    try:
        return not address(task["waits_for"]["abandon"])  # each has one
    except gdb.MemoryError:
        return True


def what_is_awaited(task):
    wait = task["waits_for"]
    if is_left_out(task):
        return "awaits what is not in this core"
    if address(wait["future"]):
        future = wait["future"]
        return (f"awaits a {text(future['ops']['kind'])}"
                f"{name_of_future(future)}")
    return f"awaits {text(wait['what']) or 'something'}"


def state_of(task, loop):
    if address(loop["current"]) == address(task.address):
        state = "runs"
    elif address(task["waits_for"]):
        state = what_is_awaited(task)
    elif not task["started"]:
        state = "has not begun"
    else:
        state = ("begins another task" if address(task["coroutine"]["stack"])
                 else "ends")
    asked = task["must_cancel"] or task["owed"] or task["requests"]
    return state + (", asked to end" if asked else "")


def tasks_of(loop):
    for task in fields_of(loop["tasks"], "struct task", "all"):
        if int(task["future"]["state"]) == PENDING:
            yield task


# The calls on a stack that does not run.

def by_assembly():
    """Are stacks switched so that SAVED is true? By ucontext it is not."""
    try:
        gdb.parse_and_eval("(long)&aw__switch_first_frame")
    except gdb.error:
        return False
    return True


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = gdb.Value(sp), gdb.Value(pc)


# A caller further down looks corrupt to gdb, and a task's stack may be.
BELOW_ALL = FrameId(16, 0)


class TaskUnwinder(Unwinder):
    """While it has a context, the newest frame's caller is the task there."""

    def __init__(self):
        super().__init__("libawait")
        self.context = self.newest = None

    def __call__(self, pending):
        if self.context is None:
            return None
        places, stack_pointer, size = self.saved
        sp = pending.read_register(stack_pointer)
        if address(sp) != self.newest:
            return None
        word = gdb.lookup_type("unsigned long").pointer()
        info = pending.create_unwind_info(BELOW_ALL)
        for register, offset in places.items():
            info.add_saved_register(register, gdb.Value(
                self.context + offset).cast(word).dereference())
        info.add_saved_register(stack_pointer,
                                gdb.Value(self.context + size))
        return info

    def backtrace(self, context):
        """The lines of bt, without the newest frame's."""
        architecture = gdb.newest_frame().architecture().name()
        if architecture not in SAVED or not by_assembly():
            return ["(no calls: such switches are unknown here)"]
        self.saved = SAVED[architecture]
        self.newest = address(gdb.newest_frame().read_register(self.saved[1]))
        self.context = context
        try:
            gdb.invalidate_cached_frames()
            lines = gdb.execute("backtrace", to_string=True).splitlines()
        finally:
            self.context = None
            gdb.invalidate_cached_frames()
        return [line for line in lines if not line.startswith("#0 ")]


unwinder = TaskUnwinder()
register_unwinder(None, unwinder, replace=True)


def calls_of(task, loop, thread):
    if address(loop["current"]) == address(task.address):
        if thread is None:
            return []
        chosen = gdb.selected_thread()
        try:
            thread.switch()
            return gdb.execute("backtrace", to_string=True).splitlines()
        finally:
            chosen.switch()
    if not address(task["waits_for"]):
        return []
    if is_left_out(task):
        return ["(no calls: its stack is not in this core; is that of gdb's "
                "own making?)"]
    return unwinder.backtrace(address(task["coroutine"]["context"]))


def show(loop, thread, wanted=None, calls=False):
    shown = 0
    for task in tasks_of(loop):
        name = name_of(task)
        if wanted not in (None, name):
            continue
        shown += 1
        function = text(task["coro"]["name"]) or "?"
        print(f"{name} ({function}) {state_of(task, loop)}")
        for line in calls_of(task, loop, thread) if calls else ():
            print(f"    {line}")
    return shown


class Tasks(gdb.Command):
    """aw-tasks [LOOP]: the tasks of libawait's loops, and what they await."""

    def __init__(self):
        super().__init__("aw-tasks", gdb.COMMAND_STATUS,
                         gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, from_tty):
        if argument.strip():
            show(gdb.parse_and_eval(argument), None)
            return
        loops = running_loops()
        if not loops:
            raise gdb.GdbError("no thread runs a loop; name one: aw-tasks LOOP")
        for loop, thread in loops:
            print(f"loop {address(loop):#x} of thread {thread.num}")
            show(loop, thread)


class Backtrace(gdb.Command):
    """aw-backtrace [NAME]: libawait's tasks, with the calls on their stacks."""

    def __init__(self):
        super().__init__("aw-backtrace", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        wanted = argument.strip() or None
        shown = sum(show(loop, thread, wanted, calls=True)
                    for loop, thread in running_loops())
        if wanted and not shown:
            raise gdb.GdbError(f"no running loop has a task '{wanted}'")


Tasks()
Backtrace()
