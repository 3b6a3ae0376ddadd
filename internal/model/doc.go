// Package model is a second, slow and short statement of what the library computes.
// It is written from RFC 7396 and from the documentation of the packages, without their
// code, and works on plain values of its own. Its tests feed random inputs to both and
// compare the answers.
//
// A file models one package, or a part of it, and is named after it. A function cites
// the page or the comment that it follows. If a page states an outcome, the model
// computes it; if it states a law only, the tests check the law with the model's own
// merge or apply. Where pages are silent, a comment states the assumption, or the tests
// leave the inputs out.
//
// The test runs a fixed number of rounds from a fixed seed; a failure prints the seed
// that repeats it and the smallest inputs that still fail:
//
//	go test .
//	go test . -rounds 1 -seed 4711
//	go test . -for 10m
//	go test -run '^$' -fuzz '^FuzzModel$' .
package model
