package guard

// logging are the transforms that copy elements into the log of what runs them: of this process, or of the workers.
func logging() []entry {
	var out []entry
	for _, name := range []string{"printFn", "printKVFn", "printGBKFn"} {
		out = append(out, entry{
			identity: "/x/debug." + name, verdict: Unprotected, place: func(values) string { return "Cloud Logging" },
			reason:      "copies every element into the log, which the job's key does not cover",
			replacement: "count elements with beam.NewCounter instead, or remove the call",
			local:       "copies every element into the log of this process",
		})
	}
	for _, name := range []string{"failFn", "failKVFn", "failGBKFn", "failIfBadEntries", "boundsFn", "thresholdFn"} {
		out = append(out, entry{
			identity: "/testing/passert." + name, verdict: Unprotected, place: func(values) string { return "Cloud Logging" },
			reason:      "copies elements into the error of an assertion that fails, and so into the log, which the job's key does not cover",
			replacement: "assert in a unit test with package passert, on runner prism, and remove the call",
			local:       "copies elements into the error of an assertion that fails",
		})
	}
	return out
}
