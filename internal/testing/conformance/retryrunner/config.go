package retryrunner

// Failure is a way in which an attempt at a bundle fails, although another attempt at the same bundle succeeds.
type Failure int

const (
	// Abandoned attempts end with an error while they process elements.
	Abandoned Failure = iota + 1
	// Unfinished attempts process all elements and end with an error while DoFns finish the bundle.
	Unfinished
	// Lost attempts finish their bundle, and their result doesn't reach the service.
	Lost
	// Late attempts begin after another attempt succeeded: before the next stage, after it, or after the end of the run.
	Late
	// Twin attempts run at the same time as another one.
	Twin
	// Killed attempts end between two calls to a cloud, as if their worker died: no later call of theirs arrives.
	Killed
	// Suspended attempts stop between two calls to a cloud, as if their worker hung, and go on after another attempt
	// succeeded, when a late attempt begins.
	Suspended
)

// String returns the failure's name in tests.
func (f Failure) String() string {
	names := [...]string{"no failure", "abandoned", "unfinished", "lost", "late", "twin", "killed", "suspended"}
	if f < 0 || int(f) >= len(names) {
		return names[0]
	}
	return names[f]
}

// All returns every Failure. Killed and Suspended need [Config.Cloud].
func All() []Failure { return append(WithoutCloud(), Killed, Suspended) }

// WithoutCloud returns the failures that need no [Config.Cloud].
func WithoutCloud() []Failure { return []Failure{Abandoned, Unfinished, Lost, Late, Twin} }

// Config configures a run. The zero Config runs one bundle after the other, and nothing fails.
type Config struct {
	// Seed decides how the input is divided, how each bundle fails and in which order elements arrive. The same seed gives
	// the same run, except for the order of calls of attempts that run at the same time.
	Seed uint64
	// Bundles is the maximum of bundles that the input of a stage is divided into; 0 is one.
	Bundles int
	// Failures are the ways in which a bundle may fail. Each bundle fails in some of them before an attempt succeeds.
	Failures []Failure
	// Times is how often each bundle fails; 0 is once or twice.
	Times int
	// Attempts is the number of attempts at a bundle that fails without a planned failure; 0 is four.
	Attempts int
	// Unfused runs each DoFn in a stage of its own.
	Unfused bool
	// Growing makes attempts that fail see only the first values of each group, in an early pane, and those that succeed
	// all of them, as a GroupByKey in streaming mode: a group that was not stored may have grown before the next attempt.
	// A Reshuffle stores its elements. Twins see the same elements.
	Growing bool
	// Cloud reports the calls of attempts for Killed and Suspended.
	Cloud Cloud
	// Call is the number of the call, from 1, before which Killed and Suspended attempts stop; 0 lets the seed decide.
	// [Rest.Stopped] tells whether an attempt made so many calls.
	Call int
}

// defaultAttempts is the default of [Config.Attempts].
const defaultAttempts = 4
