//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package main

import (
	"errors"
	"fmt"
	"os"
)

// lock makes a file beside the journal, which stays if the process is killed.
func lock(f *os.File) error {
	l, err := os.OpenFile(f.Name()+".lock", os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return fmt.Errorf("%w; if none does, remove %s.lock", errInUse, f.Name())
	case err != nil:
		return errNoLock
	}
	return l.Close()
}

// release closes the journal and gives up the lock.
func release(f *os.File, remove bool) error {
	err := f.Close()
	if remove {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return errors.Join(err, os.Remove(f.Name()+".lock"))
}
