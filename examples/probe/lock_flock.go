//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package main

import (
	"errors"
	"os"
	"syscall"
)

// lock locks the journal until [release], or until the process ends, however it ends.
func lock(f *os.File) error {
	switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return errInUse
	case err != nil:
		return errNoLock
	}
	locked, err := f.Stat()
	if err != nil {
		return errNoLock
	}
	if named, err := os.Stat(f.Name()); err != nil || !os.SameFile(locked, named) {
		return errInUse // the run that had it has removed it
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
