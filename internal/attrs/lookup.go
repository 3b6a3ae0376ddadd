package attrs

import "github.com/metameld/metameld/metadata"

// fewMembers is how many members an object has at most that is searched without a map.
const fewMembers = 64

// fewLookups is how many names are searched before a map is made, which takes about as
// long.
const fewLookups = 8

// Lookup returns a function that does what o.Get does for one name, for a loop over
// names. An object keeps no index, so Get takes time for all its members; the function
// makes a map of many members if it is called often. It is not for concurrent use.
func Lookup(o metadata.Object) func(name string) (v metadata.Value, ok bool) {
	var byName map[string]metadata.Value
	calls := 0
	return func(name string) (metadata.Value, bool) {
		if calls++; o.Len() <= fewMembers || calls <= fewLookups {
			return o.Get(name)
		}
		if byName == nil {
			byName = make(map[string]metadata.Value, o.Len())
			for name, v := range o.All() {
				byName[name] = v
			}
		}
		v, ok := byName[name]
		return v, ok
	}
}

// Finder finds members of an object that is mostly the same in each call. It is not for
// concurrent use. The zero Finder is ready for use.
type Finder struct {
	of  metadata.Object
	get func(name string) (metadata.Value, bool)
}

// Get does what o.Get does for one name.
func (f *Finder) Get(o metadata.Object, name string) (v metadata.Value, ok bool) {
	if f.get == nil || f.of != o {
		f.of, f.get = o, Lookup(o)
	}
	return f.get(name)
}
