// Package core provides what all APIs of the loopback cloud share: clock, ledger, faults, keys, servers and errors. A
// new API implements [Server]; its constructor accepts the shared [Env].
//
// # Duties of a server
//
// A server reads the time from Env.Now only. It records each creation in the [Ledger] and applies its effect under one
// lock, and marks what it deletes. It passes each call through [Faults.HTTP], or uses [NewGRPCServer], with the
// method's name and the resource's full name. It encrypts data through [Keys] as its service agent, and checks the key
// again when the data is read, because a grant or a version's state may have changed.
//
// # Concurrency
//
// Everything in an Env is safe for concurrent use.
package core

import (
	"context"
	"hash/fnv"
	"net"
	"strconv"
	"time"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Server is one loopback Google API. Embed a [GRPCServer] or an [HTTPServer].
type Server interface {
	// Methods returns the names of the calls that the API serves, as faults name them.
	Methods() []string
	// Serve answers on the listener until Close is called, then returns nil.
	Serve(net.Listener) error
	// Close stops serving, ends open requests and releases the listener.
	Close() error
}

// Env is the state that all servers share.
type Env struct {
	// Now is the cloud's clock.
	Now func() time.Time
	// Ledger records every created resource.
	Ledger *Ledger
	// Faults are the failures that a test injected.
	Faults *Faults
	// Keys is the loopback Cloud KMS for the service agents of the other services.
	Keys Keys
	// Services says which services are off in which projects. Nil means that all are on; use [Env.CheckService].
	Services Services
	// Constraints are the organization policies. Nil means that there are none; use [Env.CheckCreation].
	Constraints Constraints
}

// Services says which services, such as "cloudkms.googleapis.com", are off in which projects.
type Services interface {
	// Check returns the error with a gRPC code of calls to a service that is off in a project.
	Check(service, project string) error
}

// CheckService returns the error of calls to a service that is off in a project.
func (e *Env) CheckService(service, project string) error {
	if e.Services == nil {
		return nil
	}
	return e.Services.Check(service, project)
}

// Keys encrypts data of a service with a customer's key. Both calls fail with a [*KeyError].
type Keys interface {
	// Wrap returns the version that encrypts new data, which is the key's primary one, if agent may encrypt with it.
	Wrap(ctx context.Context, agent string, key cmekpipe.KeyName) (cmekpipe.KeyVersionName, error)
	// Unwrap reports whether agent may read data that is encrypted with the version.
	Unwrap(ctx context.Context, agent string, version cmekpipe.KeyVersionName) error
}

// KeyReason says why a key can't be used.
type KeyReason int

// The reasons. The zero KeyReason is not one.
const (
	_ KeyReason = iota
	// KeyNotFound also means a key that the agent may not see: Cloud KMS does not distinguish them.
	KeyNotFound
	// KeyDenied: the agent lacks cloudkms.cryptoKeyVersions.useToEncrypt or useToDecrypt.
	KeyDenied
	// KeyNotEnabled: the version's state is not ENABLED.
	KeyNotEnabled
	// KeyWrongPurpose: the key is not ENCRYPT_DECRYPT, so it has no primary version.
	KeyWrongPurpose
)

// KeyError is a refusal of Cloud KMS, with its own text.
type KeyError struct {
	Reason KeyReason
	// Name is the key or key version.
	Name string
	// State is the version's state if Reason is KeyNotEnabled: "DISABLED", "DESTROY_SCHEDULED", "DESTROYED".
	State string
	// Message is the text of Cloud KMS.
	Message string
}

// Error returns Cloud KMS's text.
func (e *KeyError) Error() string { return e.Message }

// ProjectNumber returns the number of a project: twelve digits that depend on the id alone, so that the e-mail
// addresses of service agents are the same in every loopback cloud.
func ProjectNumber(project string) string {
	h := fnv.New64a()
	h.Write([]byte(project))
	return strconv.FormatUint(100_000_000_000+h.Sum64()%900_000_000_000, 10)
}

// StorageAgent returns the Cloud Storage service agent of a project. The form of this address, and of the next ones, is
// Google's: https://docs.cloud.google.com/iam/docs/service-agents.
func StorageAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@gs-project-accounts.iam.gserviceaccount.com"
}

// DataflowAgent returns the Dataflow service agent of a project.
func DataflowAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@dataflow-service-producer-prod.iam.gserviceaccount.com"
}

// ComputeAgent returns the Compute Engine service agent of a project, which encrypts the disks of Dataflow's workers.
func ComputeAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@compute-system.iam.gserviceaccount.com"
}

// BigQueryAgent returns the service account that encrypts BigQuery's data in a project.
func BigQueryAgent(project string) string {
	return "bq-" + ProjectNumber(project) + "@bigquery-encryption.iam.gserviceaccount.com"
}

// PubSubAgent returns the Pub/Sub service agent of a project.
func PubSubAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@gcp-sa-pubsub.iam.gserviceaccount.com"
}

// SpannerAgent returns the Spanner service agent of a project.
func SpannerAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@gcp-sa-spanner.iam.gserviceaccount.com"
}

// BigtableAgent returns the Bigtable service agent of a project.
func BigtableAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@gcp-sa-bigtable.iam.gserviceaccount.com"
}

// FirestoreAgent returns the Firestore service agent of a project, which also encrypts for Datastore mode.
func FirestoreAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@gcp-sa-firestore.iam.gserviceaccount.com"
}

// HealthcareAgent returns the Cloud Healthcare service agent of a project.
func HealthcareAgent(project string) string {
	return "service-" + ProjectNumber(project) + "@gcp-sa-healthcare.iam.gserviceaccount.com"
}
