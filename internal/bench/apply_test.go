package bench

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user/rule"
)

// TestProfiles shows that the profiles have the sizes that their names say and the same
// first level.
func TestProfiles(t *testing.T) {
	texts := NewProfiles()
	small := metadata.MustParse(string(texts["2KB"]))
	for _, s := range profileSizes {
		text := texts[s.name]
		if n, least := len(text), max(s.bytes, 2048); n < least || n > least+least/20 {
			t.Errorf("%s has %d bytes", s.name, n)
		}
		o := metadata.MustParse(string(text))
		equal(t, names(o), names(small))
		for _, name := range []string{"user_metadata", "app_metadata"} {
			x, _ := o.Get(name)
			y, _ := small.Get(name)
			xs, _ := x.Object()
			ys, _ := y.Object()
			equal(t, names(xs), names(ys))
		}
	}
	if len(texts) != len(profileSizes) {
		t.Errorf("%d profiles", len(texts))
	}
}

func names(o metadata.Object) (list []string) {
	for name := range o.All() {
		list = append(list, name)
	}
	return list
}

// TestApply shows that the payload is applied to each profile, and that the smallest has
// no finding.
func TestApply(t *testing.T) {
	sizes := map[string][]rule.ID{"2KB": nil, "20KB": {rule.ProfileSize}, "200KB": {rule.ProfileSize}, "2MB": {rule.ProfileSize, rule.SearchSize}}
	for name, text := range NewProfiles() {
		before := bytes.Clone(text)
		apply, err := applyTo(text)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			out, err := apply()
			if err != nil {
				t.Fatal(name, err)
			}
			equal(t, decoded(t, out.Profile.AppendJSON(nil)), any(updated(t, text, []byte(updatePayload))))
			var ids []rule.ID
			for _, w := range out.Warnings {
				ids = append(ids, w.Rule)
			}
			slices.Sort(ids)
			if !slices.Equal(ids, sizes[name]) {
				t.Errorf("%s: %v", name, ids)
			}
		}
		if !bytes.Equal(before, text) {
			t.Error("the profile changed")
		}
	}
}

// updated returns the profile as the payload changes it, without metameld.
func updated(t *testing.T, profile, payload []byte) map[string]any {
	t.Helper()
	before, delta := decoded(t, profile).(map[string]any), decoded(t, payload).(map[string]any)
	want := maps.Clone(before)
	maps.Copy(want, delta)
	for _, name := range []string{"user_metadata", "app_metadata"} {
		if delta[name] != nil {
			want[name] = reference(t, metadata.FirstLevel, marshal(t, before[name]), marshal(t, delta[name]))
		}
	}
	return want
}
