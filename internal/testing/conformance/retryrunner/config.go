package retryrunner

// Failure is a way in which an attempt at a bundle fails.
type Failure int

const (
	// Abandoned attempts end while they process elements, as if the worker died.
	Abandoned Failure = iota + 1
	// Unfinished attempts process all elements and end while DoFns finish the bundle.
	Unfinished
	// Lost attempts finish their bundle, and their result doesn't reach the service.
	Lost
	// Late attempts finish their bundle after another attempt succeeded and the next stage has run.
	Late
)

// String returns the failure's name in tests.
func (f Failure) String() string {
	switch f {
	case Abandoned:
		return "abandoned"
	case Unfinished:
		return "unfinished"
	case Lost:
		return "lost"
	case Late:
		return "late"
	}
	return "no failure"
}

// All returns every Failure.
func All() []Failure { return []Failure{Abandoned, Unfinished, Lost, Late} }

// Config configures a run. The zero Config runs one bundle after the other, and nothing fails.
type Config struct {
	// Seed decides how the input is divided, how each bundle fails and in which order elements arrive. The same seed
	// gives the same run.
	Seed uint64
	// Bundles is the maximum of bundles that the input of a stage is divided into; 0 is one.
	Bundles int
	// Failures are the ways in which a bundle may fail. Each bundle fails in one or two of them before an attempt
	// succeeds.
	Failures []Failure
	// Unfused runs each DoFn in a stage of its own.
	Unfused bool
}

// attempts is the number of attempts at a bundle that fails without a planned failure.
const attempts = 4
