package explain

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// kindInfo is what holds for all resources of a kind. In a command, {group} stands for that part of a name and {key} for the key.
type kindInfo struct {
	noun, service string
	pattern       string // of the full name, with named groups
	agent         string // of the service agent that uses keys for it: "service@gcp-sa-pubsub"
	role          string // that usually allows what this module does with it
	createIt      string // the command that creates one with the key
	listIt        string // the command that shows which ones there are
	bindIt        string // the command that grants a role on it, without member and role
	setKeyIt      string // the command that gives an existing one the key; "" if its key never changes
	setKeyNote    string // what the command does not change
}

// kinds are the resources that errors name. The first whose pattern matches counts.
func kinds() []kindInfo {
	return slices.Concat(storageKinds(), pubSubKinds(), databaseKinds(), healthcareKinds(), dataflowKinds(), bigQueryKinds())
}

func storageKinds() []kindInfo {
	return []kindInfo{
		{noun: "object", service: "Cloud Storage", pattern: `^gs://(?<bucket>[^/]+)/(?<object>.+)$`, agent: "service@gs-project-accounts",
			role:     "roles/storage.objectUser",
			listIt:   "gcloud storage ls gs://{bucket}",
			bindIt:   "gcloud storage buckets add-iam-policy-binding gs://{bucket}",
			setKeyIt: "gcloud storage objects update {name} --encryption-key={key}"},
		{noun: "bucket", service: "Cloud Storage", pattern: `^gs://(?<bucket>[^/]+)/?$`, agent: "service@gs-project-accounts",
			role:       "roles/storage.legacyBucketReader",
			createIt:   "gcloud storage buckets create gs://{bucket} --location={location} --default-encryption-key={key}",
			listIt:     "gcloud storage buckets list",
			bindIt:     "gcloud storage buckets add-iam-policy-binding gs://{bucket}",
			setKeyIt:   "gcloud storage buckets update gs://{bucket} --default-encryption-key={key}",
			setKeyNote: "objects that exist keep the key that they have"},
	}
}

func pubSubKinds() []kindInfo {
	return []kindInfo{
		{noun: "topic", service: "Pub/Sub", pattern: `^projects/(?<project>[^/]+)/topics/(?<id>[^/]+)$`, agent: "service@gcp-sa-pubsub",
			role:       "roles/pubsub.editor",
			createIt:   "gcloud pubsub topics create {name} --topic-encryption-key={key}",
			listIt:     "gcloud pubsub topics list --project={project}",
			bindIt:     "gcloud pubsub topics add-iam-policy-binding {name}",
			setKeyIt:   "gcloud pubsub topics update {name} --topic-encryption-key={key}",
			setKeyNote: "messages that were published before keep the key that they have"},
		{noun: "subscription", service: "Pub/Sub", pattern: `^projects/(?<project>[^/]+)/subscriptions/(?<id>[^/]+)$`,
			role:   "roles/pubsub.subscriber",
			listIt: "gcloud pubsub subscriptions list --project={project}",
			bindIt: "gcloud pubsub subscriptions add-iam-policy-binding {name}"},
	}
}

func databaseKinds() []kindInfo {
	return []kindInfo{
		{noun: "database", service: "Spanner", pattern: `^projects/(?<project>[^/]+)/instances/(?<instance>[^/]+)/databases/(?<id>[^/]+)$`,
			agent: "service@gcp-sa-spanner", role: "roles/spanner.databaseUser",
			createIt: "gcloud spanner databases create {id} --instance={instance} --project={project} --kms-key={key}",
			listIt:   "gcloud spanner databases list --instance={instance} --project={project}",
			bindIt:   "gcloud spanner databases add-iam-policy-binding {id} --instance={instance} --project={project}"},
		{noun: "table", service: "Bigtable", pattern: `^projects/(?<project>[^/]+)/instances/(?<instance>[^/]+)/tables/(?<id>[^/]+)$`,
			agent: "service@gcp-sa-bigtable", role: "roles/bigtable.user",
			listIt: "gcloud bigtable tables list --instances={instance} --project={project}",
			bindIt: "gcloud bigtable instances add-iam-policy-binding {instance} --project={project}"},
		{noun: "cluster", service: "Bigtable", pattern: `^projects/(?<project>[^/]+)/instances/(?<instance>[^/]+)/clusters/(?<id>[^/]+)$`,
			agent: "service@gcp-sa-bigtable", role: "roles/bigtable.viewer",
			createIt: "gcloud bigtable clusters create {id} --instance={instance} --project={project} --zone=ZONE --kms-key={key}",
			listIt:   "gcloud bigtable clusters list --instances={instance} --project={project}",
			bindIt:   "gcloud bigtable instances add-iam-policy-binding {instance} --project={project}"},
		{noun: "database", service: "Datastore", pattern: `^projects/(?<project>[^/]+)/databases/(?<id>[^/]+)$`,
			agent: "service@gcp-sa-firestore", role: "roles/datastore.user",
			createIt: "gcloud firestore databases create --database={id} --type=datastore-mode --location={database-location} " +
				"--project={project} --kms-key-name={key}",
			listIt: "gcloud firestore databases list --project={project}",
			bindIt: "gcloud projects add-iam-policy-binding {project}"},
	}
}

func healthcareKinds() []kindInfo {
	return []kindInfo{
		{noun: "dataset", service: "the Cloud Healthcare API",
			pattern: `^projects/(?<project>[^/]+)/locations/(?<region>[^/]+)/datasets/(?<id>[^/]+)$`,
			agent:   "service@gcp-sa-healthcare", role: "roles/healthcare.datasetViewer",
			listIt: "gcloud healthcare datasets list --location={region} --project={project}",
			bindIt: "gcloud healthcare datasets add-iam-policy-binding {id} --location={region} --project={project}"},
		{noun: "FHIR store", service: "the Cloud Healthcare API",
			pattern: `^projects/(?<project>[^/]+)/locations/(?<region>[^/]+)/datasets/(?<dataset>[^/]+)/fhirStores/(?<id>[^/]+)$`,
			agent:   "service@gcp-sa-healthcare", role: "roles/healthcare.fhirResourceEditor",
			createIt: "gcloud healthcare fhir-stores create {id} --dataset={dataset} --location={region} --project={project} --version=r4",
			listIt:   "gcloud healthcare fhir-stores list --dataset={dataset} --location={region} --project={project}",
			bindIt: "gcloud healthcare fhir-stores add-iam-policy-binding {id} --dataset={dataset} --location={region} " +
				"--project={project}"},
	}
}

func dataflowKinds() []kindInfo {
	return []kindInfo{
		{noun: "job", service: "Dataflow", pattern: `^projects/(?<project>[^/]+)/locations/(?<region>[^/]+)/jobs/(?<id>[^/]+)$`,
			agent: "service@dataflow-service-producer-prod", role: "roles/dataflow.developer",
			listIt: "gcloud dataflow jobs list --region={region} --project={project}",
			bindIt: "gcloud projects add-iam-policy-binding {project}"},
	}
}

func bigQueryKinds() []kindInfo {
	return []kindInfo{
		{noun: "table", service: "BigQuery", pattern: `^(?<project>[a-z][a-z0-9.:-]*)\.(?<dataset>[A-Za-z0-9_]+)\.(?<id>[^./]+)$`,
			agent: "bq@bigquery-encryption", role: "roles/bigquery.dataEditor",
			createIt: "bq mk --table --destination_kms_key={key} '{project}:{dataset}.{id}'",
			listIt:   "bq ls '{project}:{dataset}'",
			bindIt:   "bq add-iam-policy-binding '{project}:{dataset}.{id}'",
			setKeyIt: "bq cp -f --destination_kms_key={key} '{project}:{dataset}.{id}' '{project}:{dataset}.{id}'"},
		{noun: "dataset", service: "BigQuery", pattern: `^(?<project>[a-z][a-z0-9.:-]*)\.(?<id>[A-Za-z0-9_]+)$`,
			agent: "bq@bigquery-encryption", role: "roles/bigquery.dataEditor",
			createIt: "bq mk --dataset --location={dataset-location} --default_kms_key={key} '{project}:{id}'",
			listIt:   "bq ls --project_id='{project}'",
			bindIt:   "gcloud projects add-iam-policy-binding {project}"},
	}
}

// kind is a resource and what holds for its kind.
type kind struct {
	kindInfo
	name  string
	parts map[string]string
}

// kindOf returns what a resource is, as the form of its full name tells.
func kindOf(resource string) kind {
	for _, info := range kinds() {
		pattern := regexp.MustCompile(info.pattern)
		found := pattern.FindStringSubmatch(resource)
		if found == nil {
			continue
		}
		k := kind{kindInfo: info, name: resource, parts: map[string]string{}}
		for i, group := range pattern.SubexpNames() {
			k.parts[group] = found[i]
		}
		return k
	}
	return kind{kindInfo: kindInfo{noun: "resource", service: "the service"}, name: resource}
}

func (k kind) part(group string) string { return k.parts[group] }

// fill fills the parts of the name and the key into a command.
func (k kind) fill(command string, key cmekpipe.KeyName) string {
	for group, value := range k.parts {
		if group != "" {
			command = strings.ReplaceAll(command, "{"+group+"}", value)
		}
	}
	return strings.NewReplacer("{name}", quoted(k.name), "{key}", key.String(), "{location}", bucketLocation(key),
		"{dataset-location}", datasetLocation(key), "{database-location}", databaseLocation(key)).Replace(command)
}

// quoted quotes a name for a shell if it needs that.
func quoted(name string) string {
	if !strings.ContainsAny(name, " \t\"'\\$`*?[](){}<>|&;#!~") {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// create is the command that creates the resource with a key; "" if there is none or the key is not known.
func (k kind) create(key cmekpipe.KeyName) string {
	if !key.Valid() {
		return ""
	}
	return k.fill(k.createIt, key)
}

// list is the command that shows which resources of the kind there are.
func (k kind) list() string { return k.fill(k.listIt, cmekpipe.KeyName{}) }

// renamed is another resource of the kind in the same place.
func (k kind) renamed() kind {
	k.parts = maps.Clone(k.parts)
	k.parts["id"] = "NEW_" + strings.ToUpper(k.noun)
	return k
}

// bind is the command that grants a role on the resource, but for member and role.
func (k kind) bind(c Case) string {
	if k.bindIt == "" && c.Project != "" {
		return "gcloud projects add-iam-policy-binding " + c.Project
	}
	return k.fill(k.bindIt, c.Key)
}

// SetKey says how a resource that has another key than wanted, or none, gets the wanted one: the command where the service
// can change a key, and what to do instead where it cannot.
func SetKey(resource string, want cmekpipe.KeyName) string {
	k := kindOf(resource)
	switch {
	case k.setKeyIt != "" && want.Valid():
		return "set the key of the " + k.noun + ": " + k.fill(k.setKeyIt, want) + after("; ", k.setKeyNote) + "; or pass the key that it has"
	case k.noun == "job":
		return "the key of a job never changes; cancel it and launch it with " + keyText(Case{Key: want}) + ": " +
			k.fill("gcloud dataflow jobs cancel {id} --region={region} --project={project}", want)
	case k.noun == "FHIR store", k.noun == "dataset" && k.service != "BigQuery":
		return "pass the key of the store's dataset; it never changes, so for " + keyText(Case{Key: want}) +
			" create another dataset: https://docs.cloud.google.com/healthcare-api/docs/cmek"
	case k.create(want) != "":
		return "pass the key that the " + k.noun + " has; it never changes, so for " + keyText(Case{Key: want}) +
			" create another " + k.noun + ": " + k.renamed().create(want)
	case k.noun == "table":
		return "pass the keys of the clusters of the table's instance; the key of a cluster never changes: " +
			k.fill("gcloud bigtable clusters list --instances={instance} --project={project}", want)
	}
	return "pass the key that " + name(Case{Resource: resource}) + " has, or write to another resource with " + keyText(Case{Key: want})
}

// MoveKey says what to do about a key that cannot protect a resource because of where they are. want are the locations of
// keys that can, best first.
func MoveKey(resource string, key cmekpipe.KeyName, want []string) string {
	k := kindOf(resource)
	text := "use a key in " + strings.Join(want, " or ")
	if len(want) == 0 {
		text = "use a key in the location of " + name(Case{Resource: resource})
	}
	if key.Valid() && k.noun != "topic" {
		text += ", or another " + k.noun + " in " + key.Location() + ", where " + key.String() + " is"
	}
	return text
}

// bucketLocation, datasetLocation and databaseLocation are where a key can protect a bucket, a BigQuery dataset and a
// Datastore database.
func bucketLocation(key cmekpipe.KeyName) string {
	if key.Valid() && key.Location() == "europe" {
		return "eu"
	}
	return locationOf(key)
}

func datasetLocation(key cmekpipe.KeyName) string { return strings.ToUpper(bucketLocation(key)) }

func databaseLocation(key cmekpipe.KeyName) string {
	switch where := locationOf(key); where {
	case "us":
		return "nam5"
	case "europe":
		return "eur3"
	default:
		return where
	}
}

// locationOf returns the location of a key, "LOCATION" if the key does not tell where the resource is.
func locationOf(key cmekpipe.KeyName) string {
	if !key.Valid() || key.Location() == "global" {
		return "LOCATION"
	}
	return key.Location()
}

// roleWith returns the usual predefined role that includes a permission; "" for a permission that is not in the table.
// Source: https://docs.cloud.google.com/iam/docs/roles-permissions.
func roleWith(permission string) string {
	for _, r := range []struct{ prefix, role string }{
		{"storage.objects.", "roles/storage.objectUser"},
		{"storage.buckets.", "roles/storage.legacyBucketReader"},
		{"bigquery.jobs.", "roles/bigquery.jobUser"},
		{"bigquery.readsessions.", "roles/bigquery.readSessionUser"},
		{"bigquery.datasets.create", "roles/bigquery.user"},
		{"bigquery.", "roles/bigquery.dataEditor"},
		{"pubsub.topics.publish", "roles/pubsub.publisher"},
		{"pubsub.topics.create", "roles/pubsub.editor"},
		{"pubsub.subscriptions.consume", "roles/pubsub.subscriber"},
		{"pubsub.", "roles/pubsub.viewer"},
		{"spanner.databases.create", "roles/spanner.databaseAdmin"},
		{"spanner.", "roles/spanner.databaseUser"},
		{"bigtable.tables.create", "roles/bigtable.admin"},
		{"bigtable.tables.mutateRows", "roles/bigtable.user"},
		{"bigtable.", "roles/bigtable.viewer"},
		{"datastore.databases.create", "roles/datastore.owner"},
		{"datastore.databases.getMetadata", "roles/datastore.viewer"},
		{"datastore.", "roles/datastore.user"},
		{"healthcare.datasets.", "roles/healthcare.datasetViewer"},
		{"healthcare.fhirStores.import", "roles/healthcare.fhirStoreAdmin"},
		{"healthcare.", "roles/healthcare.fhirResourceEditor"},
		{"dataflow.", "roles/dataflow.developer"},
		{"cloudkms.cryptoKeyVersions.useTo", encrypterDecrypter},
		{"cloudkms.", "roles/cloudkms.viewer"},
	} {
		if strings.HasPrefix(permission, r.prefix) {
			return r.role
		}
	}
	return ""
}
