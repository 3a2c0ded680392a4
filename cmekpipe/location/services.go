package location

import "strings"

// ForDataflow says whether a key can encrypt a Dataflow job's data: it must be in the job's own region. Dataflow does
// not support global and multi-region keys.
// Source: https://docs.cloud.google.com/dataflow/docs/guides/customer-managed-encryption-keys.
func ForDataflow(key, jobRegion string) Answer { return sameRegion(dataflow, key, jobRegion) }

// ForBucket says whether a key can encrypt objects of a Cloud Storage bucket. Pass the bucket's location as the service
// reports it: a region, a multi-region ("US", "EU", "ASIA") or a predefined dual-region ("NAM4"). A bucket in a
// configurable dual-region reports the multi-region that contains it, which decides.
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

// ForDataset says whether a key can encrypt a BigQuery dataset: "US" accepts a key in us, "EU" one in europe, a region
// one in the same region. The API also accepts global keys, which the console does not offer: the answer is [Unsure].
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
		return Answer{Fit: Unsure, Want: answer.Want, Why: "BigQuery's API accepts global keys, its console doesn't"}
	}
	return answer
}

// ForTopic says whether a key can encrypt a Pub/Sub topic. Topics are global and accept a key in any location; Google
// recommends a global one. For a location that this package does not know, the answer is [Unsure].
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

// ForBigtable says whether a key can encrypt a Bigtable cluster, given the cluster's zone or region: the key must be in
// that region.
// Source: https://docs.cloud.google.com/bigtable/docs/cmek.
func ForBigtable(key, clusterLocation string) Answer {
	if region, ok := RegionOfZone(clusterLocation); ok {
		clusterLocation = region
	}
	return sameRegion("", key, clusterLocation)
}

// ForFirestore says whether a key can encrypt a Firestore or Datastore database: "nam5" accepts a key in us, "eur3" one
// in europe, a region one in the same region.
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

// ForSpanner says whether a key can encrypt a Spanner database, given the instance configuration:
// "regional-us-central1" accepts a key in that region. A multi-region configuration such as "nam3" accepts one key in the
// Cloud KMS location of that name, if there is one, or several regional keys that together cover it. For a single
// regional key the answer is therefore [Unsure].
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
		return Answer{Fit: Unsure, Why: "several regional keys may cover " + config + " together; one key alone does not show it"}
	case ok && !f.region:
		return refusal(key, config, config)
	}
	return Answer{Fit: Unsure, Why: config + " is not an instance configuration that this package knows"}
}

// ForHealthcare says whether a key can encrypt a dataset of the Cloud Healthcare API: the key must be in the dataset's
// own location. Both services have "us". Cloud KMS has no "eu"; the answer for it is [Unsure].
// Source: field EncryptionSpec.kmsKeyName of the API.
func ForHealthcare(key, datasetLocation string) Answer {
	if where := strings.ToLower(datasetLocation); where == (US{}).ID() {
		return oneOf(key, where, where)
	}
	return regionElseUnsure("", key, datasetLocation)
}
