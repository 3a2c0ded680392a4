package gcs

import (
	"net/http"
	"strings"
)

// unservedName returns the name of a method of Google's JSON API that the server doesn't serve; "" if the API has none for
// the request.
func unservedName(r *http.Request) string {
	path, found := strings.CutPrefix(r.URL.EscapedPath(), "/storage/v1/")
	if !found {
		return ""
	}
	segments := strings.Split(path, "/")
	for line := range strings.Lines(unservedMethods) {
		m := strings.Fields(line)
		if m[0] == r.Method && matchesSegments(strings.Split(m[1], "/"), segments) {
			return m[2]
		}
	}
	return ""
}

func matchesSegments(pattern, segments []string) bool {
	if len(pattern) != len(segments) {
		return false
	}
	for i, p := range pattern {
		if p != "*" && p != segments[i] {
			return false
		}
	}
	return true
}

// unservedMethods are the methods of https://storage.googleapis.com/$discovery/rest?version=v1 that the server doesn't
// serve: verb, path and name. Every * of a path stands for one segment.
const unservedMethods = `POST b/*/anywhereCaches/*/disable storage.anywhereCaches.disable
GET b/*/anywhereCaches/* storage.anywhereCaches.get
POST b/*/anywhereCaches storage.anywhereCaches.insert
GET b/*/anywhereCaches storage.anywhereCaches.list
POST b/*/anywhereCaches/*/pause storage.anywhereCaches.pause
POST b/*/anywhereCaches/*/resume storage.anywhereCaches.resume
PATCH b/*/anywhereCaches/* storage.anywhereCaches.update
DELETE b/*/acl/* storage.bucketAccessControls.delete
GET b/*/acl/* storage.bucketAccessControls.get
POST b/*/acl storage.bucketAccessControls.insert
GET b/*/acl storage.bucketAccessControls.list
PATCH b/*/acl/* storage.bucketAccessControls.patch
PUT b/*/acl/* storage.bucketAccessControls.update
GET b/*/iam storage.buckets.getIamPolicy
GET b/*/storageLayout storage.buckets.getStorageLayout
POST b/*/operations/*/advanceRelocateBucket storage.buckets.operations.advanceRelocateBucket
POST b/*/operations/*/cancel storage.buckets.operations.cancel
GET b/*/operations/* storage.buckets.operations.get
GET b/*/operations storage.buckets.operations.list
POST b/*/relocate storage.buckets.relocate
POST b/*/restore storage.buckets.restore
PUT b/*/iam storage.buckets.setIamPolicy
POST channels/stop storage.channels.stop
DELETE b/*/defaultObjectAcl/* storage.defaultObjectAccessControls.delete
GET b/*/defaultObjectAcl/* storage.defaultObjectAccessControls.get
POST b/*/defaultObjectAcl storage.defaultObjectAccessControls.insert
GET b/*/defaultObjectAcl storage.defaultObjectAccessControls.list
PATCH b/*/defaultObjectAcl/* storage.defaultObjectAccessControls.patch
PUT b/*/defaultObjectAcl/* storage.defaultObjectAccessControls.update
DELETE b/*/folders/* storage.folders.delete
POST b/*/folders/*/deleteRecursive storage.folders.deleteRecursive
GET b/*/folders/* storage.folders.get
POST b/*/folders storage.folders.insert
GET b/*/folders storage.folders.list
POST b/*/folders/*/renameTo/folders/* storage.folders.rename
DELETE b/*/managedFolders/* storage.managedFolders.delete
GET b/*/managedFolders/* storage.managedFolders.get
GET b/*/managedFolders/*/iam storage.managedFolders.getIamPolicy
POST b/*/managedFolders storage.managedFolders.insert
GET b/*/managedFolders storage.managedFolders.list
PUT b/*/managedFolders/*/iam storage.managedFolders.setIamPolicy
GET b/*/managedFolders/*/iam/testPermissions storage.managedFolders.testIamPermissions
PATCH b/*/managedFolders/* storage.managedFolders.update
DELETE b/*/notificationConfigs/* storage.notifications.delete
GET b/*/notificationConfigs/* storage.notifications.get
POST b/*/notificationConfigs storage.notifications.insert
GET b/*/notificationConfigs storage.notifications.list
DELETE b/*/o/*/acl/* storage.objectAccessControls.delete
GET b/*/o/*/acl/* storage.objectAccessControls.get
POST b/*/o/*/acl storage.objectAccessControls.insert
GET b/*/o/*/acl storage.objectAccessControls.list
PATCH b/*/o/*/acl/* storage.objectAccessControls.patch
PUT b/*/o/*/acl/* storage.objectAccessControls.update
POST b/*/o/bulkRestore storage.objects.bulkRestore
GET b/*/o/*/iam storage.objects.getIamPolicy
PUT b/*/o/*/iam storage.objects.setIamPolicy
GET b/*/o/*/iam/testPermissions storage.objects.testIamPermissions
POST projects/*/hmacKeys storage.projects.hmacKeys.create
DELETE projects/*/hmacKeys/* storage.projects.hmacKeys.delete
GET projects/*/hmacKeys/* storage.projects.hmacKeys.get
GET projects/*/hmacKeys storage.projects.hmacKeys.list
PUT projects/*/hmacKeys/* storage.projects.hmacKeys.update
POST b/*/rapidCaches/*/disable storage.rapidCaches.disable
GET b/*/rapidCaches/* storage.rapidCaches.get
POST b/*/rapidCaches storage.rapidCaches.insert
GET b/*/rapidCaches storage.rapidCaches.list
PATCH b/*/rapidCaches/* storage.rapidCaches.update`
