// All that can be tried beside one another on one control plane, which is what a start costs.
import './suites/pods.ts';
import './suites/pod-updates.ts';
import './suites/access.ts';
import './suites/kinds.ts';
import './suites/exemptions.ts';
import './suites/changed-rules.ts';
