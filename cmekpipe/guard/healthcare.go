package guard

import "fmt"

// healthcare are the connectors of package io/fhirio. The key belongs to the Healthcare API dataset; Import also stores
// resources in Cloud Storage, before and after.
func healthcare() []entry {
	store := func(identity, field, connector string, call func(store string, v values) string) entry {
		return entry{
			identity: identity, verdict: Unprotected,
			reason:      "writes resources without checking the key of the FHIR store's dataset",
			replacement: ours(connector, "a FHIR store"),
			call:        func(v values) string { return call(fhirStore(v[field]), v) },
			place:       func(v values) string { return v[field] },
		}
	}
	importer := store("/io/fhirio.importFn", "FhirStorePath", "fhirio.Import", callImport)
	importer.reason = "moves files in Cloud Storage without a key, and writes resources without checking the dataset's key"
	return []entry{
		{
			identity: "/io/fhirio.createBatchFilesFn", verdict: Unprotected,
			reason:      "writes FHIR resources to files in Cloud Storage without a key",
			replacement: ours("fhirio.Import", "a FHIR store"),
			call:        func(v values) string { return callImport(fhirStore(""), v) },
			place:       func(v values) string { return shownURL(v["TempLocation"]) },
		},
		importer,
		store("/io/fhirio.executeBundleFn", "FhirStorePath", "fhirio.ExecuteBundles", func(store string, _ values) string {
			return "fhirio.ExecuteBundles(s, " + store + ", col)"
		}),
		store("/io/fhirio.deidentifyFn", "DestinationStorePath", "fhirio.Deidentify", func(store string, v values) string {
			return fmt.Sprintf("fhirio.Deidentify(s, %q, %s, config)", known(v["SourceStorePath"], "SOURCE"), store)
		}),
	}
}

func fhirStore(name string) string {
	return created("FHIRStore", name, "projects/PROJECT/locations/LOCATION/datasets/DATASET/fhirStores/STORE")
}

func callImport(store string, v values) string {
	return fmt.Sprintf("fhirio.Import(s, %s, %s, %s, structure, col)", store,
		created("Object", shownURL(v["TempLocation"]), "gs://BUCKET/TEMP"), created("Object", shownURL(v["DeadLetterLocation"]), "gs://BUCKET/FAILED"))
}
