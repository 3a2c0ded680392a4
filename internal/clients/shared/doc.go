// Package shared holds what Google's clients of a process share: the environment variables that point them at an emulator,
// the clients that all DoFns of a worker use, and when the key of a destination was last found right.
//
// Beam's harness creates a DoFn for each bundle that runs at the same time, keeps it for later bundles, and drops it
// without a call of Teardown if its bundle fails. So a client that belonged to a DoFn would leak after each failed bundle,
// and hundreds of DoFns would read the same destination's key. A client from [Client] is created once and stays open for
// the life of the process; [Check] reads a destination once in [CheckInterval] however many DoFns ask.
//
// # Package-level state
//
// The process that [Of] returns by default is the only mutable package-level variable of this module outside Beam's
// registries. DoFns are created by Beam from their encoded fields, so that nothing could hand them an object of the process.
//
// # Testing
//
// Tests run many loopback clouds in one process. An [ID] contains the endpoint, so that clouds share nothing, and a cloud
// calls [CloseEndpoint] when it stops, because the next one may get the same port. A test that needs a clock of its own, or
// a worker process of its own, calls DoFns with a context from [With].
package shared
