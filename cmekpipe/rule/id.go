package rule

import "strconv"

// ID names a rule: "CMEK021". The zero ID is invalid, and no rule has it.
type ID string

// The IDs of the rules on what a pipeline and its options would do: up to CMEK019, and from CMEK030.
const (
	UnprotectedTransform ID = "CMEK001"
	OutsideKMS           ID = "CMEK002"
	OpaqueTransform      ID = "CMEK003"
	WorkerDisk           ID = "CMEK004"
	JobMetadata          ID = "CMEK005"
	GraphConstants       ID = "CMEK006"
	PipelineOptions      ID = "CMEK007"
	LocationUnknown      ID = "CMEK008"
	TwoKeys              ID = "CMEK009"
	BucketDefaultKey     ID = "CMEK010"
	StagedFilesExpire    ID = "CMEK011"
	RecordsStay          ID = "CMEK012"
	ContainerImage       ID = "CMEK013"
	LocalSSD             ID = "CMEK014"
	GraphSize            ID = "CMEK015"
	OtherBeam            ID = "CMEK016"
	UnverifiedExpansion  ID = "CMEK017"
	NotChecked           ID = "CMEK018"
	WorkerHook           ID = "CMEK019"
	BucketEnforcement    ID = "CMEK030"
	TwoSinks             ID = "CMEK031"
)

// The IDs of the rules on what exists and how it is encrypted: CMEK020 to CMEK029.
const (
	NotFound     ID = "CMEK020"
	NoKey        ID = "CMEK021"
	OtherKey     ID = "CMEK022"
	NoPermission ID = "CMEK023"
	KeyUnknown   ID = "CMEK024"
)

// Area returns the subject of the ID's range, such as "Cloud Storage"; the package documentation lists all ranges. It returns ""
// for a text that is no ID, and for an ID outside every range.
func (id ID) Area() string {
	const prefix = "CMEK"
	if len(id) != len(prefix)+3 || id[:len(prefix)] != prefix {
		return ""
	}
	number, err := strconv.ParseUint(string(id[len(prefix):]), 10, 16)
	if err != nil {
		return ""
	}
	for _, r := range ranges() {
		if r.first <= number && number <= r.last {
			return r.area
		}
	}
	return ""
}

// idRange is a range of IDs that rules of one area have.
type idRange struct {
	first, last uint64
	area        string
}

// ranges are in order of their IDs. New ones may be added at the end; what was assigned stays.
func ranges() []idRange {
	return []idRange{
		{1, 19, "pipeline and plan"},
		{20, 29, "resources after a run"},
		{30, 99, "pipeline and plan"},
		{100, 149, "options"},
		{150, 199, "source code"},
		{200, 229, "Cloud KMS"},
		{230, 259, "IAM"},
		{260, 279, "organization policy and APIs"},
		{280, 299, "quota and cost"},
		{300, 319, "Cloud Storage"},
		{320, 339, "BigQuery"},
		{340, 349, "Pub/Sub"},
		{350, 359, "Spanner"},
		{360, 369, "Bigtable"},
		{370, 379, "Firestore and Datastore"},
		{380, 389, "Cloud Healthcare API"},
		{390, 399, "Artifact Registry"},
		{400, 499, "posture"},
	}
}
