{{- define "hpdcds.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "hpdcds.selector" -}}
app.kubernetes.io/name: hpdcds
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hpdcds.labels" -}}
{{ include "hpdcds.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* DrainTime in seconds, 30 s for calls under way, and 15 s before it is killed. */}}
{{- define "hpdcds.grace" -}}
{{- $parts := splitList ":" .Values.settings.DrainTime }}
{{- add (mul 60 (index $parts 1 | atoi)) (index $parts 2 | splitList "." | first | atoi) 30 15 }}
{{- end }}
