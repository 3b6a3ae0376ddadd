//go:build js && wasm

// Wasm is the part of the playground that runs in a web worker: it defines the function
// metameld, which takes a state of the page as JSON text and returns an answer.
package main

import (
	"runtime/debug"
	"syscall/js"

	"github.com/metameld/metameld/examples/playground/answer"
)

func main() {
	debug.SetGCPercent(400) // collecting garbage stops the only thread
	js.Global().Set("metameld", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(answer.Of([]byte(args[0].String())))
	}))
	js.Global().Set("metameldPage", string(answer.PageJSON()))
	select {}
}
