package jsonscan

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Numbers that were chosen to have one hash have different ones. Most of these collided
// when exponents were taken modulo a prime.
func TestHashesOfChosenNumbers(t *testing.T) {
	t.Parallel()
	const n, prime = 3_000, 1<<31 - 1
	families := map[string]func(i int) string{
		"exponents that differ by a prime":    func(i int) string { return fmt.Sprintf("1e%d", 5+int64(i)*prime) },
		"negative exponents":                  func(i int) string { return fmt.Sprintf("1e-%d", 5+int64(i)*prime) },
		"exponents that differ by two to 64":  func(i int) string { return fmt.Sprintf("1e%d551616", 18446744073709+int64(i)) },
		"exponents that differ far up":        func(i int) string { return fmt.Sprintf("1e%d%025d", i+1, 0) },
		"zeros above the lowest digits":       func(i int) string { return "1e1" + strings.Repeat("0", i) },
		"zeros inside the exponent":           func(i int) string { return "1e1" + strings.Repeat("0", i) + "1" },
		"zeros inside the digits":             func(i int) string { return "1" + strings.Repeat("0", i) + "1" },
		"digits far apart":                    func(i int) string { return fmt.Sprintf("%d%030d1", i+1, 0) },
		"the same digits at different places": func(i int) string { return strings.Repeat("12", i+1) },
	}
	for name, number := range families {
		seed := rand.Uint64()
		seen := make(map[uint64]bool, n)
		for i := range n {
			seen[Hash(seed, []byte(number(i)))] = true
		}
		if len(seen) < n {
			t.Errorf("%s: %d hashes of %d numbers", name, len(seen), n)
		}
	}
}

// Numbers have the same hash if they are equal, however long their exponents are.
func TestHashesOfEqualNumbers(t *testing.T) {
	t.Parallel()
	nines, zeros := strings.Repeat("9", 18), strings.Repeat("0", 18)
	for _, group := range [][]string{
		{"1e" + nines, "0.1e1" + zeros, "10e" + nines[1:] + "8", "100e" + nines[:17] + "7"},
		{"1e1" + zeros, "10e" + nines, "0.1e1" + zeros[1:] + "1", "0.01e1" + zeros[1:] + "2"},
		{"1e-1" + zeros, "0.1e-" + nines, "10e-1" + zeros[1:] + "1"},
		{"1e-" + nines, "10e-1" + zeros, "100e-1" + zeros[1:] + "1"},
		{"1e10" + zeros, "10e9" + nines, "0.1e10" + zeros[1:] + "1"},
		{"1e1" + zeros + zeros, "10e" + nines + nines, "100e" + nines + nines[1:] + "8", "0.1e1" + zeros + zeros[1:] + "1"},
		{"-1e-1" + zeros + zeros, "-0.1e-" + nines + nines, "-1e-0001" + zeros + zeros},
		{"1", "10e-1", "0.1e1", "1e0", "1e-0", "1e000", "1.000", "0.0001e4"},
		{"0.1", "1e-1", "10e-2", "0.01e1"},
		{"0", "-0", "0e5", "0.0e-99999999999999999999"},
		{"12345678901234567890", "1.234567890123456789e19", "1234567890123456789e1", "0.000012345678901234567890e24"},
	} {
		want := Hash(7, []byte(group[0]))
		for _, s := range group {
			if !SameNumber([]byte(group[0]), []byte(s)) {
				t.Errorf("%s and %s are different numbers", group[0], s)
			}
			if Hash(7, []byte(s)) != want {
				t.Errorf("%s and %s have different hashes", group[0], s)
			}
		}
	}
}

// FuzzHashes checks that numbers and values have the same hash where they are equal.
func FuzzHashes(f *testing.F) {
	f.Add("1e999999999999999999", uint8(3), true)
	f.Add("-12.5e-1000000000000000000000", uint8(40), false)
	f.Fuzz(func(t *testing.T, text string, places uint8, left bool) {
		d := []byte(text)
		if len(d) == 0 || Number(d, 0) != len(d) {
			return
		}
		// Move the point and change the exponent by as much: append zeros to the mantissa.
		mantissa, exponent, has := strings.Cut(strings.ToLower(text), "e")
		if !has {
			exponent = "0"
		}
		if !strings.Contains(mantissa, ".") {
			mantissa += "."
		}
		same := mantissa + strings.Repeat("0", int(places)+1) + "e" + exponent
		if !SameNumber(d, []byte(same)) {
			t.Fatalf("%s and %s differ", text, same)
		}
		if Hash(1, d) != Hash(1, []byte(same)) {
			t.Fatalf("%s and %s have different hashes", text, same)
		}
		whole, fraction, _ := strings.Cut(mantissa, ".")
		shifted := whole + fraction + strings.Repeat("0", int(places)) + "e" + exponent
		if shifted = strings.TrimPrefix(shifted, "0"); Number([]byte(shifted), 0) == len(shifted) {
			if a, b := SameNumber(d, []byte(shifted)), Hash(1, d) == Hash(1, []byte(shifted)); a && !b {
				t.Fatalf("%s and %s are equal and have different hashes", text, shifted)
			}
		}
	})
}

// Of many names with one key few are compared, however long they are: then whole names
// are hashed.
func TestLongNamesWithOneKey(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, `"%d":1,`, i)
	}
	for i := range 2 * mostCompared {
		fmt.Fprintf(&b, `"12345678%01000d12345678":1,`, i)
	}
	text := []byte("{" + b.String() + `"z":1}`)
	var names Names
	if Check(text, 0, MaxDepth, &names) != len(text) {
		t.Fatal("refused")
	}
	if names.seed == 0 {
		t.Error("the names were compared pair by pair")
	}
	text = []byte("{" + b.String() + b.String()[:8] + `"z":1}`)
	if Check(text, 0, MaxDepth, &names) >= 0 {
		t.Error("a duplicate is accepted")
	}
}
