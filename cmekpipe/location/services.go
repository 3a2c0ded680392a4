package location

import "strings"

// ForDataflow says whether a key may protect a Dataflow job: only one of the job's own region may. Global and
// multi-region keys are not supported.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
func ForDataflow(key, jobRegion string) Answer { return sameRegion(dataflow, key, jobRegion) }

// ForBucket says whether a key may protect objects of a Cloud Storage bucket, by the bucket's location as the service
// gives it: a region, a multi-region ("US", "EU", "ASIA") or a predefined dual-region ("NAM4"). A bucket in a pair of
// regions of one's own choice reports the multi-region around them, which is what decides.
// Source: https://docs.cloud.google.com/storage/docs/encryption/customer-managed-keys.
func ForBucket(key, bucketLocation string) Answer {
	where := strings.ToLower(bucketLocation)
	want, unsure, ok := bucketKey(where)
	if !ok {
		return regionElseUnsure(storage, key, where)
	}
	if _, keyOK := normal(key); keyOK && unsure != "" && !IsRegion(key) && !strings.EqualFold(key, Global{}.ID()) {
		return Answer{Fit: Unsure, Want: []string{want}, Why: unsure}
	}
	return oneOf(key, want, where)
}

// ForDataset says whether a key may protect a BigQuery dataset: "US" takes a key in us, "EU" one in europe, a region
// one in itself. The API also takes global keys, which the console doesn't offer: that is [Unsure].
// Source: https://docs.cloud.google.com/bigquery/docs/customer-managed-encryption.
func ForDataset(key, datasetLocation string) Answer {
	where := strings.ToLower(datasetLocation)
	var answer Answer
	switch where {
	case "us":
		answer = oneOf(key, US{}.ID(), where)
	case "eu":
		answer = oneOf(key, Europe{}.ID(), where)
	default:
		answer = regionElseUnsure(bigquery, key, where)
	}
	if len(answer.Want) > 0 && strings.EqualFold(key, Global{}.ID()) {
		return Answer{Fit: Unsure, Want: answer.Want, Why: "BigQuery's API takes global keys, its console doesn't"}
	}
	return answer
}

// ForTopic says whether a key may protect a Pub/Sub topic. Topics are global, so a key from anywhere serves; Google
// recommends a global one. A key from a place that this package doesn't know is [Unsure].
// Source: https://docs.cloud.google.com/pubsub/docs/encryption.
func ForTopic(key string) Answer {
	want := []string{Global{}.ID()}
	id, ok := normal(key)
	if !ok {
		return Answer{Fit: Refused, Want: want, Why: "got " + describe(key) + ", want the location of a key"}
	}
	if f, ok := known(id); !ok {
		return Answer{Fit: Unsure, Want: want, Why: id + " is not a location that this package knows"}
	} else if why := f.doubt(""); why != "" {
		return Answer{Fit: Unsure, Want: want, Why: id + " is uncertain: " + why}
	}
	return Answer{Fit: Serves, Want: want}
}

// ForBigtable says whether a key may protect a Bigtable cluster, by the cluster's zone or region: only one of the
// region may.
// Source: https://docs.cloud.google.com/bigtable/docs/cmek.
func ForBigtable(key, clusterLocation string) Answer {
	if region, ok := RegionOfZone(clusterLocation); ok {
		clusterLocation = region
	}
	return sameRegion("", key, clusterLocation)
}

// ForFirestore says whether a key may protect a Firestore or Datastore database: "nam5" takes a key in us, "eur3" one
// in europe, a region one in itself.
// Source: https://docs.cloud.google.com/firestore/native/docs/use-cmek.
func ForFirestore(key, databaseLocation string) Answer {
	switch where := strings.ToLower(databaseLocation); where {
	case "nam5":
		return oneOf(key, US{}.ID(), where)
	case "eur3":
		return oneOf(key, Europe{}.ID(), where)
	default:
		return regionElseUnsure("", key, where)
	}
}

// ForSpanner says whether a key may protect a Spanner database, by the instance configuration: "regional-us-central1"
// takes a key in that region. A multi-region configuration such as "nam3" takes one key in the location of that name
// where Cloud KMS has it, or several regional keys that cover it together, which one key can't tell: that is [Unsure].
// Source: https://docs.cloud.google.com/spanner/docs/use-cmek.
func ForSpanner(key, instanceConfig string) Answer {
	config := strings.ToLower(instanceConfig[strings.LastIndexByte(instanceConfig, '/')+1:])
	if region, ok := strings.CutPrefix(config, "regional-"); ok {
		return sameRegion("", key, region)
	}
	id, keyOK := normal(key)
	switch f, ok := known(config); {
	case !keyOK || id == (Global{}).ID():
		return refusal(key, config)
	case ok && !f.region && id == config && f.unsure != "":
		return Answer{Fit: Unsure, Want: []string{config}, Why: config + " is uncertain: " + f.unsure}
	case ok && !f.region && id == config:
		return Answer{Fit: Serves, Want: []string{config}}
	case IsRegion(id):
		return Answer{Fit: Unsure, Why: "several regional keys may cover " + config + " together; one can't tell"}
	case ok && !f.region:
		return refusal(key, config, config)
	}
	return Answer{Fit: Unsure, Why: config + " is not an instance configuration that this package knows"}
}

// ForHealthcare says whether a key may protect a dataset of the Cloud Healthcare API: only one in the dataset's own
// location may. "us" is a location of both; what serves "eu", which Cloud KMS doesn't have, is [Unsure].
// Source: field EncryptionSpec.kmsKeyName of the API.
func ForHealthcare(key, datasetLocation string) Answer {
	if where := strings.ToLower(datasetLocation); where == (US{}).ID() {
		return oneOf(key, where, where)
	}
	return regionElseUnsure("", key, datasetLocation)
}
