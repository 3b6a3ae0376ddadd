package metadata

// action is what a merge does with one member, or with the whole object.
type action uint8

const (
	actionKeep    action = iota // the base's value stays, or there still is none
	actionRemove                // the base's value goes
	actionReplace               // the Delta's value is stored, as [Mode.stored] returns it
	actionDescend               // both values are objects and are merged member by member
	actionCombine               // both values are arrays and are combined, see combineLists
)

// What stands in place of the first byte of a value.
const (
	noValue  = 0   // there is no value
	anyValue = '0' // its kind does not matter
)

// decide returns what m does with a member that the Delta has. was and is are the
// first bytes of the JSON text of the member's value in the base, or noValue, and
// in the Delta. was may be anyValue if m has none of the flags AllLevels,
// AppendLists and UnionLists. The first rule that applies decides:
//
//  1. A null of the Delta removes the member. It is kept if there is nothing to
//     remove or BaseWins is set.
//  2. A member that the base lacks is stored.
//  3. Two objects are merged if AllLevels is set.
//  4. Two arrays are combined if AppendLists or UnionLists is set.
//  5. The base's value is kept if BaseWins is set.
//  6. Otherwise the Delta's value replaces the base's.
//
// It stands behind Merge and AppendMerge. m is not Replace: see decideWhole.
func (m Mode) decide(was, is byte) action {
	switch {
	case is == 'n':
		if was == noValue || m&BaseWins != 0 {
			return actionKeep
		}
		return actionRemove
	case was == noValue:
		return actionReplace
	case m&AllLevels != 0 && was == '{' && is == '{':
		return actionDescend
	case m&(AppendLists|UnionLists) != 0 && was == '[' && is == '[':
		return actionCombine
	case m&BaseWins != 0:
		return actionKeep
	}
	return actionReplace
}

// extent is how much of an object there is.
type extent uint8

const (
	extentAbsent extent = iota
	extentEmpty         // {}
	extentFilled        // it has members
)

// decideWhole returns what m does with a base and a Delta that is not zero: keep
// the base, replace it by the Delta, or descend, which leaves it to decide. The
// first rule that applies decides:
//
//  1. An empty Delta keeps a base that is not absent if IgnoreEmpty or BaseWins
//     is set. Otherwise the result is {}.
//  2. Without Replace the members are merged.
//  3. A base that has members is kept if BaseWins is set.
//  4. Otherwise the Delta replaces the base.
func (m Mode) decideWhole(base, delta extent) action {
	switch {
	case delta == extentEmpty && base != extentAbsent && m&(IgnoreEmpty|BaseWins) != 0:
		return actionKeep
	case delta == extentEmpty:
		return actionReplace
	case m&Replace == 0:
		return actionDescend
	case m&BaseWins != 0 && base == extentFilled:
		return actionKeep
	}
	return actionReplace
}

func (o Object) extent() extent {
	switch {
	case o.IsZero():
		return extentAbsent
	case o.Len() == 0:
		return extentEmpty
	}
	return extentFilled
}
