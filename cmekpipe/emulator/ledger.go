package emulator

import "github.com/cmekpipe/cmekpipe-go/cmekpipe/emulator/internal/core"

// Entry is one line of the ledger: a resource that came into being, and what it rests under.
type Entry = core.Entry

// Fault is something that a test wants to go wrong in a call.
type Fault = core.Fault

// Ledger returns every resource that was ever created, the oldest first and the deleted ones too.
func (c *Cloud) Ledger() []Entry { return c.env.Ledger.Entries() }

// Inject arranges a fault for calls to come, until remove is called. Of several that match a call the one injected
// first decides. It panics on a malformed pattern.
func (c *Cloud) Inject(f Fault) (remove func()) { return c.env.Faults.Add(f) }
