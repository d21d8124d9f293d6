using System.Collections.Immutable;

namespace HpdCds.Chart;

/// <summary>Parses what the sieve kept and puts it together. The same resource under two keys counts once, and of two versions the newer.</summary>
internal sealed class ChartAssembly
{
    private readonly TimeZoneInfo _zone;
    private readonly ReadingTrace? _trace;
    private readonly MedicationShelf _shelf = new();
    private readonly WalkMemory _known;
    private readonly List<ChartObservation> _observations = [];
    private readonly List<ChartCondition> _conditions = [];
    private readonly List<ChartMedication> _medications = [];
    private readonly List<ChartProcedure> _procedures = [];
    private readonly List<ChartLesion> _lesions = [];
    private readonly List<ChartStudy> _studies = [];
    private readonly List<ChartReport> _reports = [];
    private readonly List<ChartPlan> _plans = [];
    private readonly bool _isForGrowth;
    private ChartPatient? _patient;
    private int _unreadable;

    private ChartAssembly(TimeZoneInfo zone, ReadingTrace? trace, bool isForGrowth, WalkMemory known) => (_zone, _trace, _isForGrowth, _known) = (zone, trace, isForGrowth, known);

    public static PatientChart Assemble(string patientId, List<KeyReading> readings, TimeZoneInfo zone, ReadingTrace? trace)
    {
        var known = new WalkMemory(readings.Sum(reading => reading.Kept.Sum(entry => entry.Resource.Bytes.Length)));
        var assembly = new ChartAssembly(zone, trace, readings.Exists(reading => reading.Row.Key == ChartKey.Growth), known);
        foreach (var medication in readings.SelectMany(reading => reading.Medications))
            assembly._shelf.Add(medication);
        assembly.AddAll(ResourceCopy.AllOf(readings));
        var isAnother = readings.Exists(reading => reading.PatientMismatch);
        return new PatientChart(
            patientId,
            isAnother ? null : assembly._patient,
            assembly.WithPanels(readings),
            [.. assembly._conditions],
            [.. assembly._medications],
            readings.ToImmutableDictionary(reading => reading.Row.Key, reading => reading.ToSource()),
            new DroppedEntries(
                readings.Sum(reading => reading.OtherPatient),
                readings.Sum(reading => reading.Unreadable) + assembly._unreadable,
                isAnother))
        {
            Procedures = [.. assembly._procedures],
            Imaging = new([.. assembly._lesions], [.. assembly._studies], [.. assembly._reports], [.. assembly._plans]),
        };
    }

    private void AddAll(List<ResourceCopy> all)
    {
        // Most charts hold each resource once.
        if (all.DistinctBy(copy => copy.Reference, StringComparer.Ordinal).Count() == all.Count)
        {
            foreach (var copy in all)
                Add(copy);
            return;
        }

        foreach (var copies in all.GroupBy(copy => copy.Reference, StringComparer.Ordinal))
            Add([.. copies]);
    }

    private void Add(IReadOnlyList<ResourceCopy> copies)
    {
        if (copies is [var only])
        {
            Add(only);
            return;
        }

        var distinct = ResourceCopy.Distinct(copies);
        var standing = ResourceCopy.Newest(distinct, _zone);
        foreach (var copy in copies.Except(standing))
            _trace?.Note(copy.Reference, distinct.Contains(copy) ? Fate.Superseded : Fate.Repeated, copy.Reading.Row.Key);
        foreach (var copy in standing)
            Add(copy);
    }

    private void Add(ResourceCopy copy)
    {
        if (Parse(copy.Resource, copy.Reference, copy.Reading.Row.Key))
            return;
        _unreadable++;
        _trace?.Note(copy.Reference, Fate.Unreadable, copy.Reading.Row.Key);
        // Of a list that is read for what it does not hold, this may be what is missed. A result stands for itself.
        if (copy is { Resource: { Status: not "entered-in-error", Type: not "Observation" } })
            copy.Reading.HasHole = true;
    }

    private bool Parse(in ResourceGlance resource, string reference, ChartKey key)
    {
        switch (resource.Type)
        {
            case "Observation":
                var observations = ObservationReader.Read(resource.Bytes, reference, key, _zone, _known);
                if (_isForGrowth && ImagingReaders.ReadLesion(resource.Bytes, reference) is { } lesion)
                    _lesions.Add(lesion);
                _observations.AddRange(observations.IsEmpty ? [ObservationReader.Unreadable(resource, reference, key, _zone)] : observations);
                return observations.Length > 0;
            case "Condition":
                return AddIfAny(_conditions, ConditionReader.Read(resource.Bytes, reference, key, _zone, _known));
            case "Procedure":
                return AddIfAny(_procedures, ProcedureReader.Read(resource.Bytes, reference, key, _zone));
            case "ImagingStudy":
                return AddIfAny(_studies, ImagingReaders.ReadStudy(resource.Bytes, reference, _zone));
            case "DiagnosticReport":
                return AddIfAny(_reports, ImagingReaders.ReadReport(resource.Bytes, reference, _zone));
            case "ServiceRequest":
                return AddIfAny(_plans, ImagingReaders.ReadRequest(resource.Bytes, reference, _zone));
            case "Appointment":
                return AddIfAny(_plans, ImagingReaders.ReadAppointment(resource.Bytes, reference, _zone));
            case "Patient":
                _patient ??= PatientReader.Read(resource.Bytes, reference, _zone);
                return _patient is not null;
            default:
                return AddIfAny(_medications, MedicationReaders.Read(resource.Bytes, resource.Type!, reference, key, _zone, _shelf));
        }
    }

    private ImmutableArray<ChartObservation> WithPanels(List<KeyReading> readings)
    {
        if (readings.TrueForAll(reading => reading.PanelOf.IsEmpty))
            return [.. _observations];
        var panelOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (member, panel) in readings.SelectMany(reading => reading.PanelOf))
            panelOf.TryAdd(member, panel);
        return [.. _observations.Select(item => item.Panel is null && panelOf.TryGetValue(item.Reference, out var panel) ? item with { Panel = panel } : item)];
    }

    private static bool AddIfAny<T>(List<T> list, T? item)
        where T : class
    {
        if (item is not null)
            list.Add(item);
        return item is not null;
    }
}
