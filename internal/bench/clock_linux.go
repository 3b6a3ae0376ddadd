package bench

import (
	"syscall"
	"time"
	"unsafe"
)

// clock returns how long the thread has run: what another program on the machine
// takes does not count. The collector's threads do not either, where a quiet machine
// has a CPU for them.
func clock() time.Duration {
	const threadCPUTime = 3 // CLOCK_THREAD_CPUTIME_ID
	var t syscall.Timespec
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, threadCPUTime, uintptr(unsafe.Pointer(&t)), 0); errno != 0 {
		panic(errno)
	}
	return time.Duration(t.Nano())
}

// Clock is what is measured.
const Clock = "CPU time of the thread"
