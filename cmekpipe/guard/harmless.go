package guard

import "slices"

// isPure reports whether a package of Beam's, given below Beam's path, only computes.
func isPure(pkg string) bool {
	return slices.Contains([]string{
		"", "/transforms/batch", "/transforms/filter", "/transforms/periodic", "/transforms/stats", "/transforms/top",
		"/testing/passert",
	}, pkg)
}

// sources are Beam's connectors that create nothing. Whether what they read is encrypted with a key is not checked.
func sources() []entry {
	var out []entry
	for _, identity := range []string{
		"/io/textio.readFn", "/io/textio.readWNameFn", "/io/avroio.avroReadFn", "/io/parquetio.parquetReadFn",
		"/io/fileio.matchFn", "/io/fileio.readFn", "/io/datastoreio.splitQueryFn", "/io/datastoreio.queryFn",
		"/io/mongodbio.readFn", "/io/natsio.readFn", "/io/fhirio.readResourceFn", "/io/fhirio.searchResourcesFn",
		"/io/synthetic.sourceFn",
	} {
		out = append(out, entry{identity: identity, verdict: ReadsOnly})
	}
	for _, name := range []string{"queryFn", "readBatchFn", "generatePartitionsFn"} {
		out = append(out, entry{identity: "/io/spannerio." + name, verdict: ReadsOnly, refine: refineSpanner,
			place: func(v values) string { return v["Database"] }})
	}
	return out
}

// helpers are the steps that Beam's connectors add before and after their reads and writes.
func helpers() []entry {
	var out []entry
	for _, identity := range []string{
		"/io/avroio.roundRobinKeyFn", "/io/bigtableio.addGroupKeyFn", "/io/mongodbio.createIDFn",
		"/io/mongodbio.extractIDFn", "/io/fileio.matchContFn", "/io/fileio.keyByPath", "/io/fileio.dedupFn",
		"/io/fileio.dedupUnmodifiedFn", "/io/pubsubio.unmarshalMessageFn", "/io/pubsubio.marshalMessageFn",
		"/io/pubsubio.wrapInMessage", "/io/synthetic.stepFn", "/io/synthetic.sdfStepFn", "/x/debug.discardFn",
		"/x/debug.headFn", "/x/debug.headKVFn",
	} {
		out = append(out, entry{identity: identity, verdict: Neutral})
	}
	return out
}
