package actions

import "github.com/metameld/metameld/patch"

// directUpdates are the members that the direct updates of a run changed.
type directUpdates struct {
	unread  string            // the pointer of the last update, until an Action starts
	members map[memberKey]int // the step that last changed a member
	wipes   [objects]int      // one more than the step that last wiped an object
}

// add records that a step at the pointer sends p.
func (d *directUpdates) add(p patch.Payload, step int, pointer string) {
	d.unread = pointer
	for o := range objects {
		delta := o.delta(&p)
		if delta.IsWipe() {
			d.wipes[o] = step + 1
		}
		for name := range delta.Object().All() {
			if d.members == nil {
				d.members = map[memberKey]int{}
			}
			d.members[memberKey{o, name}] = step
		}
	}
}

// takeUnread returns the pointer of the last update if no Action started since.
func (d *directUpdates) takeUnread() (pointer string, ok bool) {
	pointer, d.unread = d.unread, ""
	return pointer, pointer != ""
}

// follows reports whether a direct update changed the member after it was staged.
func (d *directUpdates) follows(m stagedMember) bool {
	step, ok := d.members[m.key]
	return ok && step > m.step || d.wipes[m.key.object] > m.step+1
}
