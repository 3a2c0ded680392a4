package guard

import (
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Option changes how [Inspect] judges.
type Option struct{ set func(*settings) }

// WithOptions judges the pipeline for a launch with opts: for their runner and region, and as strictly as they say. Default:
// for runner dataflow, for any region, and not strictly.
func WithOptions(opts *cmekpipe.Options) Option {
	return Option{func(s *settings) {
		if !opts.Valid() {
			return
		}
		s.runner, s.region = opts.Runner(), opts.Region()
		if opts.Strict() {
			WithStrict(opts.Reviewed()...).set(s)
		}
	}}
}

// WithStrict makes [Coverage.Err] refuse code that guard does not inspect and services outside Cloud KMS, unless they are on
// the list of what a person has reviewed. An entry is exact: the identity of a function, type, coder, hook or URN, or that of
// a connector and its destination. [Coverage.Unreviewed] returns the entries that a pipeline needs.
func WithStrict(reviewed ...string) Option {
	return Option{func(s *settings) { s.strict, s.reviewed = true, append(s.reviewed, reviewed...) }}
}

// settings are what options change.
type settings struct {
	runner   cmekpipe.Runner
	region   string // "" for any
	strict   bool
	reviewed []string
}

func newSettings(options []Option) settings {
	s := settings{runner: cmekpipe.RunnerDataflow}
	for _, o := range options {
		if o.set != nil {
			o.set(&s)
		}
	}
	s.reviewed = slices.Clip(s.reviewed)
	return s
}

// inThisProcess reports whether the runner runs the pipeline's code in this process, so that its log is this process's.
func (s settings) inThisProcess() bool {
	return s.runner == cmekpipe.RunnerPrism || s.runner == cmekpipe.RunnerDirect
}
