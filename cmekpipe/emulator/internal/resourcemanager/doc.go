// Package resourcemanager serves the loopback Resource Manager, API v3 over HTTP, for Google's own client
// google.golang.org/api/cloudresourcemanager/v3: organizations, folders and projects of package hierarchy, and their allow
// policies of package access.
//
// # Scope
//
// Projects, folders and organizations with get, list, search, getIamPolicy, setIamPolicy and testIamPermissions. Searches
// know the queries that Google documents for id, parent and state. Everything else, such as the creation of projects, tags
// and liens, answers 501 with its name.
//
// # Permissions
//
// Every call needs its permission. A resource that doesn't exist is denied like one that the caller may not see.
package resourcemanager
