using System.Collections.Immutable;

namespace HpdCds.Chart;

/// <summary>What growth needs beside the values: lesions, imaging studies and their reports, and what is planned.</summary>
public static class ImagingReaders
{
    private static readonly string[] NoLesions =
        ["Condition", "Patient", "Procedure", "ServiceRequest", "ImagingStudy", "DiagnosticReport", "Encounter", "EpisodeOfCare", "CarePlan"];

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartLesion? ReadLesion(ReadOnlyMemory<byte> bytes, string reference) =>
        FhirReading.ReadRecord(bytes, "Observation", observation => new ChartLesion(
            reference,
            observation.Concept("bodySite"),
            [.. observation.Many("focus").Select(Identified).OfType<string>()],
            [.. References(observation, "derivedFrom"), .. References(observation, "partOf")])
        {
            IsOfSpecimen = observation.Says("specimen"),
        });

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartStudy? ReadStudy(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ReadRecord(bytes, "ImagingStudy", study => new ChartStudy(
            reference,
            study.Text("status"),
            Time(study.Text("started"), zone),
            [.. study.Many("modality")
                .Concat(study.Many("series").Select(series => series.One("modality")).OfType<FhirElement>())
                .Select(coding => coding.Text("code")).OfType<string>()
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]));

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartReport? ReadReport(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ReadRecord(bytes, "DiagnosticReport", report => new ChartReport(
            reference,
            report.Text("status"),
            Time(Moment(report, "effective"u8), zone),
            [.. References(report, "result")],
            [.. References(report, "imagingStudy")]));

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartPlan? ReadRequest(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ReadRecord(bytes, "ServiceRequest", request => new ChartPlan(
            reference,
            request.Text("status"),
            request.IsTrue("doNotPerform"),
            [.. request.Concepts("category"), .. request.Concept("code") is { } code ? [code] : Array.Empty<ChartConcept>()],
            Time(Moment(request, "occurrence"u8), zone))
        {
            Authored = Time(request.Text("authoredOn"), zone),
            Until = Time(EndOf(request, "occurrence"u8), zone),
            Days = [.. DaysOf(request, "occurrence"u8).Select(day => Time(day, zone)).OfType<ChartTime>()],
        });

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartPlan? ReadAppointment(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ReadRecord(bytes, "Appointment", appointment => new ChartPlan(
            reference,
            appointment.Text("status"),
            DoNotPerform: false,
            [.. appointment.Concepts("serviceCategory"), .. appointment.Concepts("serviceType"), .. appointment.Concepts("reasonCode")],
            Time(appointment.Text("start"), zone))
        {
            Authored = Time(appointment.Text("created"), zone),
        });

    // A number without the place that gave it may be anything, and that of the cancer or the patient is of no lesion.
    private static string? Identified(FhirElement focus) =>
        !IsOfNoLesion(focus.Text("reference"), focus.Text("type")) && focus.One("identifier") is { } identifier
        && identifier.Text("system") is { } system && identifier.Text("value") is { } value
            ? system + "|" + value
            : null;

    /// <summary>Whether a reference is to a whole cancer, to the patient, or to what was done and when, as far as it says to what it is.</summary>
    internal static bool IsOfNoLesion(string? reference, string? type) =>
        (reference?.Split('/') ?? []).Append(type?.Split('/')[^1]).Any(part => NoLesions.Contains(part, StringComparer.Ordinal));

    private static IEnumerable<string> References(FhirElement owner, string name) =>
        owner.Many(name).Select(reference => reference.Text("reference")).OfType<string>();

    private static string? Moment(FhirElement owner, ReadOnlySpan<byte> name) => owner.Choice(name) switch
    {
        { Type: "DateTime" } moment => moment.Json.AsText(),
        { Type: "Period" } period => period.Json.Text("start") ?? period.Json.Text("end"),
        { Type: "Timing" } timing => timing.Json.Many("event").Select(FhirElements.AsText).FirstOrDefault(),
        _ => null,
    };

    private static string? EndOf(FhirElement owner, ReadOnlySpan<byte> name) =>
        owner.Choice(name) is { Type: "Period" } period ? period.Json.Text("end") : null;

    private static IEnumerable<string?> DaysOf(FhirElement owner, ReadOnlySpan<byte> name) =>
        owner.Choice(name) is { Type: "Timing" } timing ? timing.Json.Many("event").Select(FhirElements.AsText) : [];

    private static ChartTime? Time(string? text, TimeZoneInfo zone) =>
        ChartTimes.Parse(text, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
}
