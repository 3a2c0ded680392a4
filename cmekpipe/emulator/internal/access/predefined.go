package access

import (
	"maps"
	"slices"
	"strings"
)

// roleKMSAdmin manages keys and can't use them.
const roleKMSAdmin = "roles/cloudkms.admin"

// definition is a predefined role. Lines of its list are a prefix and verbs: "cloudkms.keyRings get list".
type definition struct {
	title string
	lists []string
}

func (d definition) permissions() []string {
	var all []string
	for _, list := range d.lists {
		for line := range strings.Lines(list) {
			words := strings.Fields(line)
			for _, verb := range words[min(1, len(words)):] {
				all = append(all, words[0]+"."+verb)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// The lists that roles share. Source: https://docs.cloud.google.com/iam/docs/roles-permissions.
const (
	kmsPlaces  = "cloudkms.locations get list\nresourcemanager.projects get"
	kmsEncrypt = "cloudkms.cryptoKeyVersions useToEncrypt"
	kmsDecrypt = "cloudkms.cryptoKeyVersions useToDecrypt"
	kmsRead    = "cloudkms.keyRings get list\ncloudkms.cryptoKeys get list\ncloudkms.cryptoKeyVersions get list\n" +
		"cloudkms.keyHandles get list\ncloudkms.autokeyConfigs get"
	kmsPolicies = "cloudkms.keyRings getIamPolicy\ncloudkms.cryptoKeys getIamPolicy"
	kmsManage   = "cloudkms.keyRings create setIamPolicy\ncloudkms.cryptoKeys create update setIamPolicy\n" +
		"cloudkms.cryptoKeyVersions create update destroy restore"
	kmsDelegated = "cloudkms.cryptoKeyVersions useToEncryptViaDelegation useToDecryptViaDelegation"

	hierarchyRead     = "resourcemanager.projects get list\nresourcemanager.folders get list\nresourcemanager.organizations get"
	hierarchyPolicies = "resourcemanager.projects getIamPolicy\nresourcemanager.folders getIamPolicy\nresourcemanager.organizations getIamPolicy"
	hierarchyManage   = "resourcemanager.projects setIamPolicy update\nresourcemanager.folders setIamPolicy\nresourcemanager.organizations setIamPolicy"

	iamRead   = "iam.roles get list\niam.serviceAccounts get list getIamPolicy"
	iamManage = "iam.roles create update delete undelete\niam.serviceAccounts create delete disable enable setIamPolicy"
	denyRead  = "iam.denypolicies get list"

	governance = "orgpolicy.policy get\norgpolicy.policies list\norgpolicy.constraints list\nserviceusage.services get list\nserviceusage.quotas get"

	dataRead = "storage.buckets get list\nbigquery.datasets get\nbigquery.tables get list\npubsub.topics get list\n" +
		"compute.images get getFromFamily list\ncompute.instances get list\ncompute.disks get list\ncompute.subnetworks get list\n" +
		"artifactregistry.repositories get list\ncontaineranalysis.occurrences list\ndataflow.jobs list\nlogging.logEntries list"
	dataflowRead = "dataflow.jobs get list\ndataflow.messages list\ndataflow.metrics get\ndataflow.snapshots get list"
	dataflowRun  = "dataflow.jobs create cancel updateContents snapshot\ndataflow.snapshots delete"
	bucketsWrite = "storage.buckets create update delete\nstorage.objects create delete get list update"
	objectsRead  = "storage.objects get list"
	tablesWrite  = "bigquery.datasets create update\nbigquery.tables create update delete getData updateData\nbigquery.jobs create"
	topicsWrite  = "pubsub.topics create delete publish update\npubsub.subscriptions create consume get list"
	private      = "logging.privateLogEntries list"
)

// predefined returns the predefined roles by name.
func predefined() map[string]definition {
	roles := accessRoles()
	maps.Copy(roles, serviceRoles())
	return roles
}

// accessRoles returns the basic roles, and those of Cloud KMS and IAM.
func accessRoles() map[string]definition {
	crypt := func(title string, lists ...string) definition {
		return definition{title: title, lists: append(lists, kmsPlaces)}
	}
	read := []string{kmsRead, kmsPlaces, kmsPolicies, hierarchyRead, hierarchyPolicies, iamRead, governance, dataRead, dataflowRead}
	edit := append(slices.Clone(read), "cloudkms.keyRings create\ncloudkms.cryptoKeys create update\n"+
		"cloudkms.cryptoKeyVersions create update destroy restore", dataflowRun, bucketsWrite, tablesWrite, topicsWrite,
		"serviceusage.services enable disable use\niam.serviceAccounts create delete disable enable actAs")
	own := append(slices.Clone(edit), kmsManage, kmsEncrypt, kmsDecrypt, hierarchyManage, iamManage, denyRead, private)
	return map[string]definition{
		"roles/owner":  {title: "Owner", lists: own},
		"roles/editor": {title: "Editor", lists: edit},
		"roles/viewer": {title: "Viewer", lists: read},

		roleKMSAdmin:            crypt("Cloud KMS Admin", kmsRead, kmsPolicies, kmsManage, kmsDelegated),
		"roles/cloudkms.viewer": crypt("Cloud KMS Viewer", kmsRead),
		"roles/cloudkms.cryptoKeyEncrypterDecrypter":              crypt("Cloud KMS CryptoKey Encrypter/Decrypter", kmsEncrypt, kmsDecrypt),
		"roles/cloudkms.cryptoKeyEncrypter":                       crypt("Cloud KMS CryptoKey Encrypter", kmsEncrypt),
		"roles/cloudkms.cryptoKeyDecrypter":                       crypt("Cloud KMS CryptoKey Decrypter", kmsDecrypt),
		"roles/cloudkms.cryptoOperator":                           crypt("Cloud KMS Crypto Operator", kmsEncrypt, kmsDecrypt),
		"roles/cloudkms.cryptoKeyEncrypterDecrypterViaDelegation": crypt("Cloud KMS CryptoKey Encrypter/Decrypter Via Delegation", kmsDelegated),
		"roles/cloudkms.protectedResourcesViewer":                 {title: "Cloud KMS Protected Resources Viewer", lists: []string{"cloudkms.protectedResources search"}},

		"roles/iam.securityReviewer": {title: "Security Reviewer", lists: []string{kmsPolicies, hierarchyPolicies, "iam.denypolicies list\niam.roles get list", private}},
		"roles/iam.securityAuditor":  {title: "Security Auditor", lists: append(slices.Clone(read), denyRead, private)},
		"roles/iam.securityAdmin": {title: "Security Admin", lists: []string{kmsPolicies, hierarchyPolicies, hierarchyManage, iamRead,
			"cloudkms.keyRings setIamPolicy\ncloudkms.cryptoKeys setIamPolicy\niam.serviceAccounts setIamPolicy"}},
		"roles/iam.denyReviewer":               {title: "Deny Reviewer", lists: []string{denyRead}},
		"roles/iam.denyAdmin":                  {title: "Deny Admin", lists: []string{denyRead, "iam.denypolicies create update delete"}},
		"roles/iam.roleViewer":                 {title: "Role Viewer", lists: []string{"iam.roles get list", hierarchyRead}},
		"roles/iam.roleAdmin":                  {title: "Role Administrator", lists: []string{"iam.roles get list create update delete undelete", hierarchyRead}},
		"roles/iam.serviceAccountUser":         {title: "Service Account User", lists: []string{"iam.serviceAccounts actAs get list"}},
		"roles/iam.serviceAccountViewer":       {title: "View Service Accounts", lists: []string{"iam.serviceAccounts get list getIamPolicy"}},
		"roles/iam.serviceAccountTokenCreator": {title: "Service Account Token Creator", lists: []string{"iam.serviceAccounts get list getAccessToken signBlob signJwt"}},
	}
}

// serviceRoles returns the roles of services that pipelines use, and of those that administer them.
func serviceRoles() map[string]definition {
	return map[string]definition{
		"roles/dataflow.admin":        {title: "Dataflow Admin", lists: []string{dataflowRead, dataflowRun, "storage.buckets get\nstorage.objects create get list"}},
		"roles/dataflow.developer":    {title: "Dataflow Developer", lists: []string{dataflowRead, dataflowRun}},
		"roles/dataflow.viewer":       {title: "Dataflow Viewer", lists: []string{dataflowRead}},
		"roles/dataflow.worker":       {title: "Dataflow Worker", lists: []string{"dataflow.jobs get\ndataflow.shuffle read write\ndataflow.streamingWorkItems ImportState commitWork getData getWork\ndataflow.workItems lease sendMessage update\nstorage.buckets get\nstorage.objects create delete get list update"}},
		"roles/dataflow.serviceAgent": {title: "Cloud Dataflow Service Agent", lists: []string{dataflowRead, dataRead, bucketsWrite, "iam.serviceAccounts actAs getAccessToken"}},
		"roles/compute.serviceAgent":  {title: "Compute Engine Service Agent", lists: []string{dataRead, "iam.serviceAccounts actAs getAccessToken"}},
		"roles/compute.viewer":        {title: "Compute Viewer", lists: []string{"compute.images get getFromFamily list\ncompute.instances get list\ncompute.disks get list\ncompute.subnetworks get list\nresourcemanager.projects get"}},

		"roles/storage.admin":        {title: "Storage Admin", lists: []string{bucketsWrite, "storage.buckets get list getIamPolicy setIamPolicy"}},
		"roles/storage.objectAdmin":  {title: "Storage Object Admin", lists: []string{"storage.objects create delete get list update\norgpolicy.policy get"}},
		"roles/storage.objectUser":   {title: "Storage Object User", lists: []string{"storage.objects create delete get list update"}},
		"roles/storage.objectViewer": {title: "Storage Object Viewer", lists: []string{objectsRead, "resourcemanager.projects get list"}},

		"roles/bigquery.dataEditor": {title: "BigQuery Data Editor", lists: []string{"bigquery.datasets create get\nbigquery.tables create delete get getData list update updateData"}},
		"roles/bigquery.dataViewer": {title: "BigQuery Data Viewer", lists: []string{"bigquery.datasets get\nbigquery.tables get getData list"}},
		"roles/bigquery.jobUser":    {title: "BigQuery Job User", lists: []string{"bigquery.config get\nbigquery.jobs create"}},
		"roles/pubsub.viewer":       {title: "Pub/Sub Viewer", lists: []string{"pubsub.topics get list\npubsub.subscriptions get list"}},
		"roles/pubsub.publisher":    {title: "Pub/Sub Publisher", lists: []string{"pubsub.topics publish"}},
		"roles/pubsub.subscriber":   {title: "Pub/Sub Subscriber", lists: []string{"pubsub.subscriptions consume\npubsub.topics attachSubscription"}},

		"roles/resourcemanager.organizationViewer": {title: "Organization Viewer", lists: []string{"resourcemanager.organizations get"}},
		"roles/browser":                           {title: "Browser", lists: []string{hierarchyRead, hierarchyPolicies}},
		"roles/orgpolicy.policyViewer":            {title: "Organization Policy Viewer", lists: []string{"orgpolicy.policy get\norgpolicy.policies list\norgpolicy.constraints list"}},
		"roles/orgpolicy.policyAdmin":             {title: "Organization Policy Administrator", lists: []string{"orgpolicy.policy get set\norgpolicy.policies create delete list update\norgpolicy.constraints list"}},
		"roles/serviceusage.serviceUsageViewer":   {title: "Service Usage Viewer", lists: []string{"serviceusage.services get list\nserviceusage.quotas get"}},
		"roles/serviceusage.serviceUsageConsumer": {title: "Service Usage Consumer", lists: []string{"serviceusage.services get list use\nserviceusage.quotas get"}},
		"roles/serviceusage.serviceUsageAdmin":    {title: "Service Usage Admin", lists: []string{"serviceusage.services get list use enable disable\nserviceusage.quotas get update"}},
		"roles/logging.privateLogViewer":          {title: "Private Logs Viewer", lists: []string{private, "logging.logEntries list"}},
	}
}
