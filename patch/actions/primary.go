package actions

import "github.com/metameld/metameld/user"

// primarySwitch is the change of the primary user.
type primarySwitch struct {
	phase   primaryPhase
	id      user.ID
	pointer string // of the step
	from    int    // the index in the log of the first member of the new primary user
}

// primaryPhase is the phase of the change of the primary user.
type primaryPhase uint8

const (
	unchanged primaryPhase = iota
	changing               // by the current Action, whose user_metadata is lost
	changed                // by an earlier Action
)

// begin starts the change.
func (p *primarySwitch) begin(id user.ID, pointer string) {
	*p = primarySwitch{phase: changing, id: id, pointer: pointer}
}

// closeAction ends the current Action.
func (p *primarySwitch) closeAction() {
	if p.phase == changing {
		p.phase = changed
	}
}

// happened reports whether the primary user changed.
func (p *primarySwitch) happened() bool { return p.phase != unchanged }

// split divides the members that begin at index from in the log into those of the user
// who logged in and those of the new primary user.
func (p *primarySwitch) split(from int, members []stagedMember) (former, next []stagedMember) {
	at := len(members)
	if p.happened() {
		at = max(from, p.from) - from
	}
	return members[:at], members[at:]
}
