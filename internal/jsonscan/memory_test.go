package jsonscan

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func TestKeep(t *testing.T) {
	t.Parallel()
	if !Keep(0) || !Keep(1<<17) || Keep(1<<17+1) {
		t.Error("scratch memory of 128 KB is kept, and not more")
	}
	for _, tt := range []struct {
		names Names
		want  bool
	}{
		{Names{list: make([]entry, 1<<13)}, true},
		{Names{list: make([]entry, 1<<13+1)}, false},
		{Names{table: make([]uint32, 1<<15)}, true},
		{Names{table: make([]uint32, 1<<15+1)}, false},
		{Names{spare: make([]byte, 1<<17)}, true},
		{Names{spare: make([]byte, 1<<17+1)}, false},
	} {
		if got := tt.names.Release(); got != tt.want || tt.names.Mark() != 0 {
			t.Errorf("%d names, a table of %d, %d bytes: Release = %v", cap(tt.names.list), cap(tt.names.table), cap(tt.names.spare), got)
		}
	}
}

// Few elements get room for 16 more; many get room for the rest of the text.
func TestGrow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ n, i, size, want int }{
		{0, 0, 1 << 20, 16},
		{1023, 1, 1 << 20, 1023 + 16},
		{1024, 4096, 2 * 4096, 1024 * 17 / 16},
		{1024, 4096, 4096, 1024 / 4},
		{1024, 1, 1000, 1 << 16},
		{1<<15 - 1, 1, 1000, 1 << 16},
		{1 << 15, 1, 11, 10 * (1 << 15) * 17 / 16},
	} {
		if got := more(tt.n, tt.i, tt.size); got != tt.want {
			t.Errorf("%d elements after %d of %d bytes: room for %d more, want %d", tt.n, tt.i, tt.size, got, tt.want)
		}
		if got := cap(Grow(make([]byte, tt.n), tt.i, tt.size)); got < tt.n+tt.want {
			t.Errorf("%d elements have room for %d, want %d more", tt.n, got, tt.want)
		}
	}
	s := Names{list: make([]entry, 3, 4)}
	if s.Room(nil, 0); cap(s.list) != 4 {
		t.Error("there is room, and more is made")
	}
	s.Add(Name{})
	if s.Room(nil, 0); cap(s.list) < 5 {
		t.Error("there is no room, and none is made")
	}
}

// AddMoved adds names where they stand in another text.
func TestAddMoved(t *testing.T) {
	t.Parallel()
	a := []byte(`{"a":1,"b":1,"c":1}`)
	b := []byte(`{"x":12,"b":1,"c":1,"b":1}`)
	var x, y Names
	for i := 1; i < len(a); {
		n, value := Member(a, i)
		x.Add(n)
		i = Next(a, value+1)
		if a[i] == '}' {
			break
		}
	}
	y.AddMoved(&x, 1, 3, 1)
	if y.Mark() != 2 || y.Off(0) != 8 || y.Off(1) != 14 || !y.Unique(b, 0) {
		t.Errorf("%+v", y)
	}
	y.AddMoved(&x, 1, 2, 13)
	if y.Off(2) != 20 || y.Unique(b, 0) {
		t.Errorf("%+v", y)
	}
	if x.Off(1) != 7 {
		t.Error("the names that were moved have changed")
	}
}

// NewText counts first, so that its index is allocated once, and a value inside takes its end from
// there.
func TestIndexOfText(t *testing.T) {
	d := []byte(`[` + strings.Repeat(`[{"a":[]}],`, 100) + `0]`)
	if n := testing.AllocsPerRun(10, func() { NewText(d) }); n > 2 {
		t.Errorf("%v allocations", n)
	}
	text := NewText(d)
	text.boxes[1].end = 5
	for n := range text.Inside(text.Root()) {
		if n.Stop != 5 {
			t.Errorf("the text was read up to %d", n.Stop)
		}
		break
	}
}

// Faults makes no table for few names.
func TestMemoryOfFaults(t *testing.T) {
	var exactly []string
	for i := range few {
		exactly = append(exactly, fmt.Sprintf(`"%d":0`, i))
	}
	d := []byte(strings.Repeat(`[{"a":`, 2*few) + `{` + strings.Join(exactly, ",") + `}` + strings.Repeat(`}]`, 2*few))
	var names Names
	if Faults(d, MaxDepth, &names); names.table != nil {
		t.Error("a table of few names")
	}
	d = []byte(`{`)
	for i := range 8000 {
		d = fmt.Appendf(d, `"%d":0,`, i)
	}
	d = append(d, `"x":0}`...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Faults(d, MaxDepth, new(Names))
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 56*8000 && !raced {
		t.Errorf("%d bytes for 8000 names", n)
	}
}

// Many names are found different by their keys alone, unless too many were chosen to have one
// place in the table.
func TestNamesOfOnePlace(t *testing.T) {
	const n = 1000
	ordinary, twins, chosen := "{", "{", "{"
	for i := range n {
		ordinary += fmt.Sprintf(`"%07d":1,`, i*i)
		twins += fmt.Sprintf(`"%07d":1,`, i*i)
		if i < 5 {
			twins += fmt.Sprintf(`"12345678%d12345678":1,`, i)
		}
	}
	for i, k := 0, 0; k < n; i++ {
		name := fmt.Sprintf("%07x", i)
		if spread(key([]byte(name), 0, 7))>>56 == 0 {
			chosen += `"` + name + `":1,`
			k++
		}
	}
	for _, tt := range []struct {
		text   string
		seeded bool
		allocs float64 // the list and the table, and those that share a hash
	}{{ordinary, false, 3}, {twins, false, 3}, {chosen, true, 2}} {
		var names Names
		d := []byte(tt.text + `"z":0}`)
		if Check(d, 0, MaxDepth, &names) != len(d) || tt.seeded != (names.seed != 0) {
			t.Errorf("%.40s...: seeded = %v", d, names.seed != 0)
		}
		if cap(names.table) > 2*n {
			t.Errorf("%.40s...: a table of %d", d, cap(names.table))
		}
		if a := testing.AllocsPerRun(5, func() { Check(d, 0, MaxDepth, &names) }); a > 0 && !raced {
			t.Errorf("%.40s...: %v allocations with names that have room", d, a)
		}
		first := testing.AllocsPerRun(5, func() { Check(d, 0, MaxDepth, &Names{list: make([]entry, 0, 2*n)}) })
		if first > tt.allocs && !raced {
			t.Errorf("%.40s...: %v allocations, want %v", d, first, tt.allocs)
		}
		if d = []byte(tt.text + tt.text[1:10] + `:0}`); Check(d, 0, MaxDepth, &names) >= 0 {
			t.Errorf("%.40s...: a duplicate is accepted", d)
		}
	}
}
