package explain

import (
	"regexp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// Fault is what the message of a service says is wrong, with a key or with what people do with keys. Of the message itself
// it holds only names of keys and of Google's service agents.
type Fault struct {
	// Code is the kind of fault.
	Code cmekpipe.Code
	// Cause says what is wrong, in the words of this package.
	Cause string
	// Vague reports that the service cannot use the key and does not say why. Code is then KeyDisabled; Cloud KMS knows more.
	Vague bool
	// Key is the key that the message names, and Version its version. Either is invalid if the message names none.
	Key     cmekpipe.KeyName
	Version cmekpipe.KeyVersionName
	// Agents are the e-mail addresses of the service agents that need the key: as the message names them, or else in the
	// form of those of the service that sent it.
	Agents []string

	advice advice
}

// FindFault returns what the message of a service, such as a Dataflow job message, says is wrong. It reports false for a
// message that says nothing known.
func FindFault(message string) (Fault, bool) {
	kind, vague, ok := findKind(message)
	if !ok {
		return Fault{}, false
	}
	f := Fault{Code: kind.code, Cause: kind.cause, Vague: vague, Agents: agentsIn(message), advice: kind.advice}
	f.Key, f.Version = keyIn(message)
	return f, true
}

// remedy says what to do about the fault, for the key that the message names or else for the key of the case.
func (f Fault) remedy(c Case) string {
	if f.Key.Valid() {
		c.Key = f.Key
	}
	return f.advice(f, c)
}

// findKind finds the kind of a message. Kinds that say more come first: a service repeats what Cloud KMS says inside its own
// message, and Dataflow's message about a denied key also says that the key cannot be validated.
func findKind(message string) (kind faultKind, vague, ok bool) {
	for _, kinds := range [][]faultKind{stateFaults(), externalFaults(), keyFaults(), serviceFaults(), requestFaults()} {
		for _, kind := range kinds {
			if kind.matches(message) {
				return kind, false, true
			}
		}
	}
	for _, kind := range vagueFaults() {
		if kind.matches(message) {
			return kind, true, true
		}
	}
	return faultKind{}, false, false
}

// keyNames finds names of keys and of their versions.
var keyNames = regexp.MustCompile(
	`projects/[^/\s'"<>]+/locations/[^/\s'"<>]+/keyRings/[^/\s'"<>]+/cryptoKeys/[A-Za-z0-9_-]+(/cryptoKeyVersions/[0-9]+)?`)

// keyIn returns the first key that a message names, and the first version of that key.
func keyIn(message string) (key cmekpipe.KeyName, version cmekpipe.KeyVersionName) {
	for _, name := range keyNames.FindAllString(message, -1) {
		found, err := cmekpipe.ParseKeyOrVersion(name)
		if err != nil || (key.Valid() && found != key) {
			continue
		}
		key = found
		if v, err := cmekpipe.ParseKeyVersionName(name); err == nil && !version.Valid() {
			version = v
		}
	}
	return key, version
}

// agentAddress finds the addresses of service agents, which Google forms from project numbers.
var agentAddress = regexp.MustCompile(`\b(service|bq)-[0-9]+@[a-z0-9-]+\.iam\.gserviceaccount\.com\b`)

// agentsIn returns the service agents that a message is about.
// Source: https://docs.cloud.google.com/iam/docs/service-agents.
func agentsIn(message string) []string {
	if named := agentAddress.FindString(message); named != "" {
		return []string{named}
	}
	const compute = "service-PROJECT_NUMBER@compute-system.iam.gserviceaccount.com"
	for _, service := range []struct {
		text   string
		agents []string
	}{
		{"Cloud Storage service account", []string{"service-PROJECT_NUMBER@gs-project-accounts.iam.gserviceaccount.com"}},
		{"BigQuery", []string{"bq-PROJECT_NUMBER@bigquery-encryption.iam.gserviceaccount.com"}},
		{"Please grant Cloud KMS CryptoKey Encrypter/Decrypter role", []string{"bq-PROJECT_NUMBER@bigquery-encryption.iam.gserviceaccount.com"}},
		{"Spanner resource", []string{"service-PROJECT_NUMBER@gcp-sa-spanner.iam.gserviceaccount.com"}},
		{"customer-managed encryption key required by the requested resource", []string{"service-PROJECT_NUMBER@gcp-sa-firestore.iam.gserviceaccount.com"}},
		{"problematic CMEK state", []string{"service-PROJECT_NUMBER@gcp-sa-bigtable.iam.gserviceaccount.com"}},
		{"Pub/Sub", []string{"service-PROJECT_NUMBER@gcp-sa-pubsub.iam.gserviceaccount.com"}},
		{"Cloud KMS error when using key", []string{compute}},
		{"Cloud KMS key", []string{"service-PROJECT_NUMBER@dataflow-service-producer-prod.iam.gserviceaccount.com", compute}},
	} {
		if strings.Contains(message, service.text) {
			return service.agents
		}
	}
	return nil
}
