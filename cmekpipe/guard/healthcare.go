package guard

// healthcare are the connectors of package io/fhirio. The key belongs to the Healthcare API dataset; Import also stores
// resources in Cloud Storage, before and after.
func healthcare() []entry {
	store := func(identity, field, call string) entry {
		return entry{
			identity: identity, verdict: Unprotected,
			reason:      "writes resources without checking the key of the FHIR store's dataset",
			replacement: ours(call, "a FHIR store"), method: "FHIRStore",
			place: func(v values) string { return v[field] },
		}
	}
	importer := store("/io/fhirio.importFn", "FhirStorePath", "fhirio.Import")
	importer.reason = "moves files in Cloud Storage without a key, and writes resources without checking the dataset's key"
	return []entry{
		{
			identity: "/io/fhirio.createBatchFilesFn", verdict: Unprotected,
			reason:      "writes FHIR resources to files in Cloud Storage without a key",
			replacement: ours("fhirio.Import", "a FHIR store"),
			place:       func(v values) string { return v["TempLocation"] },
		},
		importer,
		store("/io/fhirio.executeBundleFn", "FhirStorePath", "fhirio.ExecuteBundles"),
		store("/io/fhirio.deidentifyFn", "DestinationStorePath", "fhirio.Deidentify"),
	}
}
