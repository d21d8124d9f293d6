using System.Collections.Immutable;
using System.Text.Json;
using Hl7.Fhir.Model;
using HpdCds.Chart;

namespace HpdCds.Tests.Chart.Firely;

/// <summary>What growth needs beside the values: lesions, imaging studies and their reports, and what is planned.</summary>
internal static class ImagingReaders
{
    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartLesion? ReadLesion(ReadOnlyMemory<byte> bytes, string reference) =>
        FhirReading.ParseRecord<Observation>(bytes) is not { } observation
            ? null
            : new(
                reference,
                FhirReading.Concept(FhirReading.Try(() => observation.BodySite)),
                [.. FhirReading.Each(() => observation.Focus).Select(focus => FhirReading.Try(() => !IsOfNoLesion(focus) && focus.Identifier is { } identifier
                    && FhirReading.Text(identifier.SystemElement) is { } system && FhirReading.Text(identifier.ValueElement) is { } value ? system + "|" + value : null)).OfType<string>()],
                [.. References(() => observation.DerivedFrom), .. References(() => observation.PartOf)])
            {
                IsOfSpecimen = Says(bytes, "specimen"),
            };

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartStudy? ReadStudy(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ParseRecord<ImagingStudy>(bytes) is not { } study
            ? null
            : new(
                reference,
                FhirReading.Try(() => FhirReading.Text(study.StatusElement)),
                Time(FhirReading.Try(() => FhirReading.Text(study.StartedElement)), zone),
                [.. FhirReading.Each(() => study.Modality)
                    .Concat(FhirReading.Each(() => study.Series).Select(series => FhirReading.Try(() => series.Modality)).OfType<Coding>())
                    .Select(coding => FhirReading.Try(() => FhirReading.Text(coding.CodeElement))).OfType<string>()
                    .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartReport? ReadReport(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ParseRecord<DiagnosticReport>(bytes) is not { } report
            ? null
            : new(
                reference,
                FhirReading.Try(() => FhirReading.Text(report.StatusElement)),
                Time(Moment(() => report.Effective), zone),
                References(() => report.Result),
                References(() => report.ImagingStudy));

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartPlan? ReadRequest(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ParseRecord<ServiceRequest>(bytes) is not { } request
            ? null
            : new(
                reference,
                FhirReading.Try(() => FhirReading.Text(request.StatusElement)),
                FhirReading.Try(() => request.DoNotPerformElement?.JsonValue is true),
                [.. FhirReading.Concepts(() => request.Category), .. FhirReading.Concepts(() => request.Code is { } code ? [code] : [])],
                Time(Moment(() => request.Occurrence), zone))
            {
                Authored = Time(FhirReading.Try(() => FhirReading.Text(request.AuthoredOnElement)), zone),
                Until = Time(EndOf(() => request.Occurrence), zone),
                Days = [.. DaysOf(() => request.Occurrence).Select(day => Time(day, zone)).OfType<ChartTime>()],
            };

    /// <returns>Nothing when the resource cannot be read.</returns>
    public static ChartPlan? ReadAppointment(ReadOnlyMemory<byte> bytes, string reference, TimeZoneInfo zone) =>
        FhirReading.ParseRecord<Appointment>(bytes) is not { } appointment
            ? null
            : new(
                reference,
                FhirReading.Try(() => FhirReading.Text(appointment.StatusElement)),
                DoNotPerform: false,
                [.. FhirReading.Concepts(() => appointment.ServiceCategory), .. FhirReading.Concepts(() => appointment.ServiceType), .. FhirReading.Concepts(() => appointment.ReasonCode)],
                Time(FhirReading.Try(() => FhirReading.Text(appointment.StartElement)), zone))
            {
                Authored = Time(FhirReading.Try(() => FhirReading.Text(appointment.CreatedElement)), zone),
            };

    private static bool IsOfNoLesion(ResourceReference focus) =>
        $"{FhirReading.Reference(() => focus)}".Split('/').Append($"{FhirReading.Try(() => FhirReading.Text(focus.TypeElement))}".Split('/')[^1])
            .Intersect(["Condition", "Patient", "Procedure", "ServiceRequest", "ImagingStudy", "DiagnosticReport", "Encounter", "EpisodeOfCare", "CarePlan"]).Any();

    private static ImmutableArray<string> References(Func<IEnumerable<ResourceReference>?> read) =>
        [.. FhirReading.Each(read).Select(reference => FhirReading.Reference(() => reference)).OfType<string>()];

    private static string? Moment(Func<DataType?> read) => FhirReading.Try(read) switch
    {
        FhirDateTime moment => FhirReading.Text(moment),
        Period period => FhirReading.Try(() => FhirReading.Text(period.StartElement)) ?? FhirReading.Try(() => FhirReading.Text(period.EndElement)),
        Timing timing => FhirReading.Each(() => timing.EventElement).Select(FhirReading.Text).FirstOrDefault(),
        _ => null,
    };

    private static string? EndOf(Func<DataType?> read) => FhirReading.Try(read) is Period period ? FhirReading.Try(() => FhirReading.Text(period.EndElement)) : null;

    private static IEnumerable<string?> DaysOf(Func<DataType?> read) =>
        FhirReading.Try(read) is Timing timing ? FhirReading.Each(() => timing.EventElement).Select(FhirReading.Text) : [];

    // What Firely cannot make a reference of is gone from its object, and was said all the same.
    private static bool Says(ReadOnlyMemory<byte> bytes, string name)
    {
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.EnumerateObject()
            .Any(member => member.Name == "_" + name || (member.Name == name && (member.Value.ValueKind != JsonValueKind.Array || member.Value.GetArrayLength() > 0)));
    }

    private static ChartTime? Time(string? text, TimeZoneInfo zone) =>
        ChartTimes.Parse(text, zone) is { } when ? new ChartTime(when, TimeOrigin.Effective) : null;
}
