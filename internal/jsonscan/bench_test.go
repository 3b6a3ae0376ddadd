package jsonscan

import (
	"encoding/json"
	"os"
	"testing"
)

func benchText(b *testing.B) []byte {
	t, err := os.ReadFile(os.Getenv("BENCHDOC"))
	if err != nil {
		b.Skip(err)
	}
	return t
}

func BenchmarkSkip(b *testing.B) {
	d := benchText(b)
	b.SetBytes(int64(len(d)))
	for b.Loop() {
		if Skip(d, 0, MaxDepth) < 0 {
			b.Fatal()
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	d := benchText(b)
	b.SetBytes(int64(len(d)))
	var n Names
	for b.Loop() {
		if Check(d, 0, MaxDepth, &n) < 0 {
			b.Fatal()
		}
	}
}

func BenchmarkStd(b *testing.B) {
	d := benchText(b)
	b.SetBytes(int64(len(d)))
	for b.Loop() {
		if !json.Valid(d) {
			b.Fatal()
		}
	}
}
