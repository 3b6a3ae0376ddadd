//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"errors"
	"os"
	"syscall"
)

// lock locks the journal until [release], or until the process ends, however it ends.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return errInUse
	case err != nil:
		return errNoLock
	}
	return nil
}

// release closes the journal. It removes it before it gives up the lock, so that no other
// run writes to a file that is removed.
func release(f *os.File, remove bool) (err error) {
	if remove {
		err = os.Remove(f.Name())
	}
	return errors.Join(err, f.Close())
}
