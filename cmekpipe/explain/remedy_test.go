package explain_test

import (
	"strings"
	"testing"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/explain"
)

const keyFlags = "--keyring=r --location=us-central1 --project=bank-keys"

func TestRemedyFillsInTheCommand(t *testing.T) {
	const forbidden = "jane@bank.example does not have storage.objects.create access to the Google Cloud Storage object. " +
		"Permission 'storage.objects.create' denied on resource (or it may not exist)."
	for _, tt := range []struct {
		name string
		c    explain.Case
		want string
	}{
		{"disabled, by code alone", explain.Case{Code: cmekpipe.KeyDisabled, Resource: "gs://bank-out/a"},
			"gcloud kms keys versions enable VERSION --key=pipelines " + keyFlags},
		{"disabled, state unknown", explain.Case{Code: cmekpipe.KeyDisabled, Resource: "gs://bank-out/a"},
			"gcloud kms keys versions restore VERSION --key=pipelines " + keyFlags},
		{"disabled, versions unknown", explain.Case{Code: cmekpipe.KeyDisabled},
			"gcloud kms keys versions list --key=pipelines " + keyFlags},
		{"scheduled for destruction", explain.Case{Code: cmekpipe.KeyDisabled,
			Message: keyName + "/cryptoKeyVersions/3 is not enabled, current state is: DESTROY_SCHEDULED."},
			"gcloud kms keys versions restore 3 --key=pipelines " + keyFlags + " && gcloud kms keys versions enable 3 --key=pipelines " + keyFlags},
		{"denied, agent of the service", explain.Case{Code: cmekpipe.KeyDenied, Resource: "gs://bank-out/a"},
			"gcloud kms keys add-iam-policy-binding pipelines " + keyFlags +
				" --member=serviceAccount:service-PROJECT_NUMBER@gs-project-accounts.iam.gserviceaccount.com --role=roles/cloudkms.cryptoKeyEncrypterDecrypter"},
		{"denied to BigQuery", explain.Case{Code: cmekpipe.KeyDenied, Resource: "bank-prod.d.t"},
			"bq-PROJECT_NUMBER@bigquery-encryption.iam.gserviceaccount.com"},
		{"denied, agent named", explain.Case{Code: cmekpipe.KeyDenied, Resource: "gs://bank-out/a",
			Message: "Permission denied on Cloud KMS key for service-7@gs-project-accounts.iam.gserviceaccount.com"},
			"--member=serviceAccount:service-7@gs-project-accounts.iam.gserviceaccount.com"},
		{"key not found", explain.Case{Code: cmekpipe.KeyNotFound}, "gcloud kms keys describe pipelines " + keyFlags},
		{"key cannot encrypt", explain.Case{Code: cmekpipe.KeyUnusable}, "gcloud kms keys create NEW_KEY --purpose=encryption " + keyFlags},
		{"no credentials", explain.Case{Code: cmekpipe.NoCredentials}, "gcloud auth application-default login"},
		{"bucket of a pattern missing", explain.Case{Code: cmekpipe.NotFound, Resource: "gs://bank-inn/*.csv",
			Message: "storage: bucket doesn't exist"},
			"bucket gs://bank-inn, or create it first: gcloud storage buckets create gs://bank-inn --location=us-central1 --default-encryption-key=" + keyName},
		{"object missing", explain.Case{Code: cmekpipe.NotFound, Resource: "gs://bank-in/a.csv", Message: "storage: object doesn't exist"},
			"gcloud storage ls gs://bank-in"},
		{"topic missing", explain.Case{Code: cmekpipe.NotFound, Resource: "projects/bank-prod/topics/t"},
			"gcloud pubsub topics create projects/bank-prod/topics/t --topic-encryption-key=" + keyName},
		{"Datastore database missing", explain.Case{Code: cmekpipe.NotFound, Resource: "projects/bank-prod/databases/d"},
			"gcloud firestore databases create --database=d --type=datastore-mode --location=us-central1 --project=bank-prod --kms-key-name=" + keyName},
		{"upload denied", explain.Case{Code: cmekpipe.PermissionDenied, Resource: "gs://bank-work/staging/worker", Message: forbidden},
			"grant storage.objects.create, such as with roles/storage.objectUser, on gs://bank-work to jane@bank.example: " +
				"gcloud storage buckets add-iam-policy-binding gs://bank-work --member=user:jane@bank.example --role=roles/storage.objectUser"},
		{"upload denied to a service account", explain.Case{Code: cmekpipe.PermissionDenied, Resource: "gs://bank-work/a",
			Message: strings.ReplaceAll(forbidden, "jane@bank.example", "w@bank.iam.gserviceaccount.com")},
			"--member=serviceAccount:w@bank.iam.gserviceaccount.com"},
		{"job denied", explain.Case{Code: cmekpipe.PermissionDenied, Resource: "projects/bank-prod/locations/us-central1/jobs/j"},
			"grant roles/dataflow.developer on project bank-prod to the account that makes the call: gcloud projects add-iam-policy-binding bank-prod --member=user:ACCOUNT --role=roles/dataflow.developer"},
		{"permission that the caller knows", explain.Case{Code: cmekpipe.PermissionDenied, Resource: "gs://bank-work",
			Permission: "storage.buckets.get"},
			"gcloud storage buckets add-iam-policy-binding gs://bank-work --member=user:ACCOUNT --role=roles/storage.legacyBucketReader"},
		{"changed", explain.Case{Code: cmekpipe.PreconditionFailed, Resource: "gs://bank-out/a"}, `resourceName:"buckets/bank-out"`},
		{"unavailable", explain.Case{Code: cmekpipe.Unavailable, Resource: "projects/bank-prod/topics/t"},
			"until Pub/Sub is available"},
		{"quotas of the project", explain.Case{Code: cmekpipe.Unavailable, Resource: "projects/bank-prod/topics/t"},
			"quotas?project=bank-prod"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Key = mustKey(t, keyName)
			if got := explain.Remedy(tt.c); !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestRemedyWithoutAKeyNamesNoKey(t *testing.T) {
	got := explain.Remedy(explain.Case{Code: cmekpipe.NotFound, Resource: "gs://bank-inn/*.csv", Message: "storage: bucket doesn't exist"})
	if want := "check the spelling of the bucket gs://bank-inn: gcloud storage buckets list"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestEveryServiceCodeHasARemedy(t *testing.T) {
	for _, code := range []cmekpipe.Code{
		cmekpipe.LocationMismatch, cmekpipe.KeyMissing, cmekpipe.KeyMismatch, cmekpipe.KeyNotFound, cmekpipe.KeyDisabled,
		cmekpipe.KeyDenied, cmekpipe.KeyUnusable, cmekpipe.KeyUnreachable, cmekpipe.NoCredentials, cmekpipe.PermissionDenied,
		cmekpipe.NotFound, cmekpipe.PreconditionFailed, cmekpipe.Unavailable,
	} {
		for _, c := range []explain.Case{{Code: code}, {Code: code, Resource: "r", Key: mustKey(t, keyName)}} {
			if got := explain.Remedy(c); got == "" || strings.Contains(got, "{") {
				t.Errorf("%s of %q: got %q, want a remedy with everything filled in", code, c.Resource, got)
			}
		}
	}
}

func TestSetKeyFillsInTheCommand(t *testing.T) {
	for resource, want := range map[string]string{
		"gs://bank-out/a b.csv":                                    "gcloud storage objects update 'gs://bank-out/a b.csv' --encryption-key=" + keyName,
		"gs://bank-out":                                            "gcloud storage buckets update gs://bank-out --default-encryption-key=" + keyName,
		"projects/bank-prod/topics/t":                              "gcloud pubsub topics update projects/bank-prod/topics/t --topic-encryption-key=" + keyName,
		"bank-prod.d.t":                                            "bq cp -f --destination_kms_key=" + keyName + " 'bank-prod:d.t' 'bank-prod:d.t'",
		"projects/bank-prod/instances/i/databases/d":               "never changes, so for " + keyName + " create another database: gcloud spanner databases create NEW_DATABASE --instance=i --project=bank-prod --kms-key=" + keyName,
		"projects/bank-prod/databases/d":                           "gcloud firestore databases create --database=NEW_DATABASE",
		"projects/bank-prod/instances/i/tables/t":                  "gcloud bigtable clusters list --instances=i --project=bank-prod",
		"projects/bank-prod/locations/us-central1/datasets/d":      "https://docs.cloud.google.com/healthcare-api/docs/cmek",
		"projects/bank-prod/locations/us-central1/jobs/2026-01-01": "gcloud dataflow jobs cancel 2026-01-01 --region=us-central1 --project=bank-prod",
		"something": "pass the key that something has, or write to another resource with " + keyName,
	} {
		if got := explain.SetKey(resource, mustKey(t, keyName)); !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q in it", resource, got, want)
		}
	}
}

func TestTextKnowsMissingCredentials(t *testing.T) {
	e := explain.Text("google: could not find default credentials. See https://cloud.google.com/docs/authentication", mustKey(t, keyName))
	if e.Code != cmekpipe.NoCredentials || !strings.Contains(e.Hint, "gcloud auth application-default login") {
		t.Errorf("got %v, want %s and the command", e, cmekpipe.NoCredentials)
	}
}
