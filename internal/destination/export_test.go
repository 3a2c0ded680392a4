package destination

// DeclaredBy exports declaredBy.
func DeclaredBy(module, pkg string, linked []string) bool { return declaredBy(module, pkg, linked) }

// LinkedModules exports linkedModules.
func LinkedModules() []string { return linkedModules() }
