// Package htmlreport writes findings as a page for a browser: one file that needs no network and runs no script.
//
//	err := htmlreport.Write(file, findings, htmlreport.WithTitle("nightly, bank-prod"), htmlreport.WithTime(time.Now()))
//
// # What is written
//
// The page begins with the counts and a table of the rules that have findings, the most severe first. Each rule has a section with
// what it means, why it matters, every resource and what to do; the section of rule CMEK021 is page.html#CMEK021. Findings that
// passed or do not apply stand in a list at the end. The page follows the browser's choice of light or dark colours, can be
// filtered by severity, and prints in full.
//
// Text of findings is escaped, and the page forbids itself to load anything, so that it is safe to open whatever the findings
// hold. Findings hold no user data, but names of resources, keys and transforms: share the page only with people who may know them.
//
// # Defaults
//
// Without [WithTitle] the title is "Findings", and without [WithTime] the page has no time, so that the same findings give the same
// page.
//
// # Permissions
//
// None: no service is called.
//
// # Errors
//
// Write returns the errors of the writer that it got.
//
// # Concurrency
//
// Write may be called from any goroutine.
//
// # Testing
//
// Compare findings, not pages: the page's form may change with any version.
package htmlreport
