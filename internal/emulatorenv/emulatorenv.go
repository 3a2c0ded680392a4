// Package emulatorenv names the environment variables that point Google's clients at an emulator.
//
// Google's clients for Cloud Storage, Pub/Sub, Spanner, Bigtable and Datastore read their variable themselves. The other
// clients read none; package clients gives them a variable of the same form, so that workers reach the loopback cloud too.
package emulatorenv

import (
	"os"
	"slices"
	"strings"
)

// The variables. Each holds HOST:PORT.
const (
	Storage         = "STORAGE_EMULATOR_HOST"
	Dataflow        = "DATAFLOW_EMULATOR_HOST"
	KMS             = "CLOUD_KMS_EMULATOR_HOST"
	BigQuery        = "BIGQUERY_EMULATOR_HOST"
	BigQueryStorage = "BIGQUERY_STORAGE_EMULATOR_HOST"
	PubSub          = "PUBSUB_EMULATOR_HOST"
	Spanner         = "SPANNER_EMULATOR_HOST"
	Bigtable        = "BIGTABLE_EMULATOR_HOST"
	Datastore       = "DATASTORE_EMULATOR_HOST"
	FirestoreAdmin  = "FIRESTORE_ADMIN_EMULATOR_HOST"
	Healthcare      = "HEALTHCARE_EMULATOR_HOST"
)

// Set returns the names of all variables in the environment that point a Google client at an emulator, sorted. It finds
// variables of services that this module does not use too.
func Set() []string {
	var names []string
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if value != "" && (strings.HasSuffix(name, "_EMULATOR_HOST") || strings.HasSuffix(name, "_EMULATOR_HOST_GRPC")) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
