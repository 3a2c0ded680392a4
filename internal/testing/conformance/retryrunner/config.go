package retryrunner

// Failure is what befalls an attempt at a bundle.
type Failure int

const (
	// Abandoned attempts end while they process elements: a worker died.
	Abandoned Failure = iota + 1
	// Unfinished attempts process all elements and end while DoFns finish the bundle.
	Unfinished
	// Lost attempts finish their bundle, and what they say doesn't reach the service.
	Lost
	// Late attempts finish their bundle after another attempt at it was kept and the next stage has run.
	Late
)

// String returns the failure as it is called in tests.
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

// Config says what happens in a run. The zero Config runs one bundle after the other, and nothing fails.
type Config struct {
	// Seed decides where bundles are cut, what befalls each and in which order elements arrive. The same seed gives the
	// same run.
	Seed uint64
	// Bundles is into how many bundles the input of a stage is cut, as far as it has elements; 0 is one.
	Bundles int
	// Failures are what may befall a bundle. Each bundle meets one or two of them before an attempt is kept.
	Failures []Failure
	// Unfused runs each DoFn in a stage of its own.
	Unfused bool
}

// attempts is how often a bundle that fails by itself is tried.
const attempts = 4
