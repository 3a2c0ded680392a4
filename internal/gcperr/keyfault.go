package gcperr

import (
	"regexp"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// KeyFault is what a service's message says is wrong with a key. Nothing in it is the message's own text but names of
// keys and of Google's service agents.
type KeyFault struct {
	// Code is the kind of fault.
	Code cmekpipe.Code
	// Cause says what is wrong, in this module's words.
	Cause string
	// Key is the key that the message names, and Version the version of it; each is invalid if there is none.
	Key     cmekpipe.KeyName
	Version cmekpipe.KeyVersionName
	// Agents are the e-mail addresses of the service agents that the message is about: as it names them, or in the form
	// of those of the service that speaks.
	Agents []string

	remedy remedy
}

// ReadKeyFault reports what a message of a service, such as a Dataflow job message, says is wrong with a key, and false
// if it says nothing that is known.
func ReadKeyFault(message string) (KeyFault, bool) {
	kind, ok := keyFaultKind(message)
	if !ok {
		return KeyFault{}, false
	}
	f := KeyFault{Code: kind.code, Cause: kind.cause, Agents: agentsIn(message), remedy: kind.remedy}
	f.Key, f.Version = keyIn(message)
	return f, true
}

// faultKind is a kind of message. A message is of the kind if it holds every one of texts.
type faultKind struct {
	texts  []string
	code   cmekpipe.Code
	cause  string
	remedy remedy
}

// keyFaultKind finds a message's kind. The more telling kinds come first: what Cloud KMS says stands inside of what the
// service says that passes it on, and Dataflow's text of a denied key also says that the key can't be validated.
func keyFaultKind(message string) (faultKind, bool) {
	for _, kinds := range [][]faultKind{stateFaults(), externalFaults(), keyFaults(), serviceFaults(), vagueFaults()} {
		for _, kind := range kinds {
			if kind.matches(message) {
				return kind, true
			}
		}
	}
	return faultKind{}, false
}

func (k faultKind) matches(message string) bool {
	for _, text := range k.texts {
		if !strings.Contains(message, text) {
			return false
		}
	}
	return true
}

// keyNames finds names of keys and of their versions.
var keyNames = regexp.MustCompile(
	`projects/[^/\s'"<>]+/locations/[^/\s'"<>]+/keyRings/[^/\s'"<>]+/cryptoKeys/[A-Za-z0-9_-]+(/cryptoKeyVersions/[0-9]+)?`)

// keyIn returns the first key, and the first version of it, that a message names.
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

// agentAddress finds the addresses of service agents, which Google makes from numbers of projects.
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
