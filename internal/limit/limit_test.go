package limit

import "testing"

func TestSize(t *testing.T) {
	for n, want := range map[int]string{
		0: "0 bytes", 1000: "1,000 bytes", 1 << 10: "1 KB", 1<<10 + 1: "1,025 bytes", Profile: "10 KB", Indexed: "1 MB", Metadata: "16 MB", ImportFile: "500 KB",
	} {
		if s := Size(n); s != want {
			t.Errorf("Size(%d) is %q, not %q", n, s, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", ImportFile: "512,000", 1 << 20: "1,048,576"} {
		if s := Count(n); s != want {
			t.Errorf("Count(%d) is %q, not %q", n, s, want)
		}
	}
}
