package session

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/dataflow/jobs"
)

// Refuse returns the error of a launch that is refused before a service could refuse it.
func Refuse(op string, code cmekpipe.Code, resource, reason, hint string) error {
	return &cmekpipe.Error{Op: op, Code: code, Resource: resource, Hint: hint, Err: errors.New(reason)}
}

// CheckOptions refuses options that were not built.
func CheckOptions(op string, opts *cmekpipe.Options) error {
	if opts.Valid() {
		return nil
	}
	return Refuse(op, cmekpipe.InvalidOptions, "", "got options that no builder made", "build them with cmekpipe.For, FromConfig or FromFlags")
}

// CheckLabels refuses labels that leave no room for the label that identifies the launch's job.
func CheckLabels(op string, opts *cmekpipe.Options) error {
	n := len(opts.Labels())
	if n <= jobs.MaxLabels {
		return nil
	}
	return Refuse(op, cmekpipe.InvalidOptions, "labels", "got "+strconv.Itoa(n)+" labels, want at most "+strconv.Itoa(jobs.MaxLabels)+
		", because a launch adds "+jobs.RequestLabel, "remove "+strconv.Itoa(n-jobs.MaxLabels))
}

// NoSampling turns off the sampling of elements that a worker failed on. Dataflow turns it on for workers of other SDKs,
// which write the elements below the temp location without naming the key.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/data-sampling.
const NoSampling = "disable_always_on_exception_sampling"

// Experiments adds experiments to those of the options, unless they are there already, and turns off what stores elements
// without the key.
func Experiments(opts *cmekpipe.Options, list []string, more ...string) []string {
	list = slices.Clone(list)
	for _, name := range append(more, NoSampling) {
		if !hasExperiment(list, name) {
			list = append(list, name)
		}
	}
	if platform := opts.Workers().MinCPUPlatform; platform != "" {
		list = append(list, "min_cpu_platform="+platform)
	}
	return list
}

func hasExperiment(list []string, name string) bool {
	return slices.ContainsFunc(list, func(e string) bool { return e == name || strings.HasPrefix(e, name+"=") })
}
