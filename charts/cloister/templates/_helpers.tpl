{{- define "cloister.labels" -}}
app.kubernetes.io/name: cloister
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* Labels by which a Deployment, a Service or a policy finds the pods of one program. */}}
{{- define "cloister.selector" -}}
app.kubernetes.io/name: cloister
app.kubernetes.io/instance: {{ .release }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "cloister.image" -}}
{{ include "cloister.imageReference" (dict "image" .Values.image "version" .Chart.AppVersion) }}
{{- end }}

{{- define "cloister.gatewayImage" -}}
{{- $image := ternary .Values.gateway.image .Values.image (ne .Values.gateway.image.repository "") -}}
{{ include "cloister.imageReference" (dict "image" $image "version" .Chart.AppVersion) }}
{{- end }}

{{- define "cloister.imageReference" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .version }}
{{- end -}}
{{- end }}

{{/* The image that Cloister gives to pods, and those that it takes from others. */}}
{{- define "cloister.startGateDigests" -}}
{{ concat (list .Values.startGate.image.digest) .Values.startGate.digests | compact | uniq | join "," }}
{{- end }}

{{/* Flags of the operator, also where it only releases. */}}
{{- define "cloister.operatorFlags" -}}
- --gateway-image={{ include "cloister.gatewayImage" . }}
- --gateway-cpu={{ .Values.gateway.resources.limits.cpu }}
- --gateway-memory={{ .Values.gateway.resources.limits.memory }}
- --gateway-denied-addresses={{ join "," .Values.gateway.deniedAddresses }}
- --gateway-drain-seconds={{ .Values.gateway.drainSeconds }}
- --gateway-audit-retention-days={{ .Values.gateway.audit.retentionDays }}
- --gateway-audit-standard-output={{ ternary "On" "Off" .Values.gateway.audit.standardOutput }}
- --start-gate-image={{ with .Values.startGate.image }}{{ if .digest }}{{ .repository }}@{{ .digest }}{{ end }}{{ end }}
- --start-gate-digests={{ include "cloister.startGateDigests" . }}
- --image-pull-policy={{ .Values.image.pullPolicy }}
- --image-pull-secrets={{ join "," .Values.image.pullSecrets }}
- --node-ports={{ .Values.startGate.nodePorts }}
- --outside-targets={{ join "," .Values.startGate.outsideTargets }}
- --api-server-ports={{ join "," .Values.networkPolicy.apiServerPorts }}
- --webhook-service=cloister-webhook
- --database-probe-seconds={{ .Values.operator.databaseProbeSeconds }}
- --log-level={{ .Values.operator.logLevel }}
{{- with .Values.vault }}
{{- if .address }}
- --vault-address={{ .address | trimSuffix "/" }}
{{- if .caBundle }}
- --vault-ca-file=/etc/cloister-vault/ca.crt
{{- end }}
- --vault-auth-mount={{ .authMount }}
- --vault-role={{ .role }}
{{- if .namespace }}
- --vault-namespace={{ .namespace }}
{{- end }}
- --vault-token-file=/var/run/secrets/cloister.dev/vault/token
{{- end }}
{{- end }}
{{- end }}

{{/* What the operator logs in to Vault with. The audience keeps the token from being one for the API server. */}}
{{- define "cloister.vaultVolumes" -}}
{{- if .Values.vault.address -}}
volumes:
  - name: vault-token
    projected:
      sources:
        - serviceAccountToken: {audience: vault, expirationSeconds: 600, path: token}
  {{- if .Values.vault.caBundle }}
  - name: vault-ca
    configMap:
      name: cloister-vault-ca
  {{- end }}
{{- end }}
{{- end }}

{{- define "cloister.vaultMounts" -}}
{{- if .Values.vault.address -}}
volumeMounts:
  - {name: vault-token, mountPath: /var/run/secrets/cloister.dev/vault, readOnly: true}
  {{- if .Values.vault.caBundle }}
  - {name: vault-ca, mountPath: /etc/cloister-vault, readOnly: true}
  {{- end }}
{{- end }}
{{- end }}

{{/* The operator reads the certificates once: another bundle is another pod. */}}
{{- define "cloister.vaultAnnotations" -}}
{{- with .Values.vault }}
{{- if and .address .caBundle -}}
annotations:
  checksum/vault-ca: {{ sha256sum .caBundle }}
{{- end }}
{{- end }}
{{- end }}

{{/* The port of the address of Vault. */}}
{{- define "cloister.vaultPort" -}}
{{ regexFind ":[0-9]+/?$" .Values.vault.address | trimPrefix ":" | trimSuffix "/" | default "443" }}
{{- end }}

{{/* Where Vault answers: the port of its address, which may be that of a Service, and the port that Vault itself listens on. */}}
{{- define "cloister.vaultPorts" -}}
{{ list (include "cloister.vaultPort" .) "8200" | uniq | join "," }}
{{- end }}

{{/* What the contract asks of a pod, said once for both programs. */}}
{{- define "cloister.podSecurity" -}}
automountServiceAccountToken: true
os: {name: linux}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.runAsUser }}
  runAsGroup: {{ .Values.runAsUser }}
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where a program runs, and before what else. */}}
{{- define "cloister.placement" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "cloister.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Where the API server finds the webhook. The caBundle is left out: the webhook makes its certificate and writes it. */}}
{{- define "cloister.clientConfig" -}}
{{- if .root.Values.webhook.url -}}
url: {{ printf "%s%s" .root.Values.webhook.url .path | quote }}
{{- else -}}
service:
  namespace: {{ .root.Release.Namespace }}
  name: cloister-webhook
  port: 443
  path: {{ .path }}
{{- end -}}
{{- end }}
