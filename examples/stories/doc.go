// Package stories has one example for each thing that people set out to do with a
// user's metadata and profile. Each is a test that runs; read them with
//
//	go doc -all ./examples/stories
//
// or open the files: they are named after the problem.
package stories
