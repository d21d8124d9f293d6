using System.Collections.Immutable;
using HpdCds.Clinical.Growth;
using static HpdCds.Clinical.Tests.Growth.GrowthData;
using static HpdCds.Clinical.Tests.Patients;

namespace HpdCds.Clinical.Tests.Growth;

/// <summary>By which records a judgement was made, so that each can be shown with its day and its source (clinical model, sections 1, 5 and 8).</summary>
public sealed class GrowthGroundTests
{
    private static NewLesions One => new(1, 1, 1, IsInNewOrgan: false);

    private static GrowthCourse Still => Course(80, 100, 101) with { NewLesions = Unknown<NewLesions>(UnknownReason.NotRecorded) };

    [Fact]
    public void Progression_says_by_what_it_is_in_one_order()
    {
        var grown = Course(80, 90, 135);

        Assert.Equal([new GrowthGround(GroundKind.Sum, Place: null)], grown.Assess().Figures.Grounds);
        Assert.Equal([Ground(GroundKind.NewLesion, "new")], (Still with { NewLesions = Stated(One, "new") }).Assess().Figures.Grounds);
        Assert.Equal([Ground(GroundKind.Recorded, "response")], (Still with { RecordedProgression = Stated(true, "response") }).Assess().Figures.Grounds);
        Assert.Equal(
            [new GrowthGround(GroundKind.Sum, Place: null), Ground(GroundKind.NewLesion, "new"), Ground(GroundKind.Recorded, "response")],
            (grown with { NewLesions = Stated(One, "new"), RecordedProgression = Stated(true, "response") }).Assess().Figures.Grounds);
    }

    [Fact]
    public void What_is_no_progression_or_open_has_no_ground()
    {
        Assert.Empty((Still with { NewLesions = Stated(NewLesions.None, "new"), RecordedProgression = Stated(false, "response") }).Assess().Figures.Grounds);
        Assert.Empty(Still.Assess().Figures.Grounds);
        var late = Course(80, 90, 200, 60, 100) with { NewLesions = Stated(One, "new"), RecordedProgression = Stated(true, "response") };
        Assert.Empty((late with { OnTreatment = new(late.OnTreatment.Scan, GrowthGap.OnTreatmentInterval) }).Assess().Figures.Grounds);
    }

    [Fact]
    public void A_part_that_rests_on_progression_names_what_makes_it_or_else_what_was_said_of_new_lesions()
    {
        var recorded = Still with { RecordedProgression = Stated(true, "response") };

        Assert.Equal([Ground(GroundKind.Recorded, "response")], From(recorded, "maesaka-2022-hcc", "progression"));
        Assert.Equal([Ground(GroundKind.Recorded, "response")], From(recorded, "matos-2020", "early-progression"));
        Assert.Empty(From(Course(80, 90, 135), "maesaka-2022-hcc", "progression"));
        Assert.Equal([Ground(GroundKind.NewLesion, "none")], From(Still with { NewLesions = Stated(NewLesions.None, "none") }, "maesaka-2022-hcc", "progression"));
        Assert.Empty(From(Still, "maesaka-2022-hcc", "progression"));
    }

    [Theory]
    [InlineData("matos-2020", "organs")]
    [InlineData("lo-russo-2019", "new-lesions")]
    [InlineData("lo-russo-2019", "new-organ")]
    public void A_part_that_asks_for_new_lesions_names_their_record_or_the_response_in_place_of_one(string rule, string part)
    {
        Assert.Equal([Ground(GroundKind.NewLesion, "new")], From(Still with { NewLesions = Stated(One, "new"), RecordedProgression = Stated(false, "response") }, rule, part));
        Assert.Equal([Ground(GroundKind.Recorded, "response")], From(Still with { RecordedProgression = Stated(false, "response") }, rule, part));
        Assert.Empty(From(Still with { RecordedProgression = Stated(true, "response") }, rule, part));
        Assert.Empty(From(Still with { NewLesions = Unknown<NewLesions>(UnknownReason.Conflicting), RecordedProgression = Stated(false, "response") }, rule, part));
    }

    [Fact]
    public void The_rise_of_the_grade_names_both_grades()
    {
        var course = Course(80, 90, 135) with { EcogNow = Stated(3, "now"), EcogAtBaseline = Stated(1, "before") };

        Assert.Equal(
            [Ground(GroundKind.Ecog, "now") with { Grade = 3 }, Ground(GroundKind.EcogAtBaseline, "before") with { Grade = 1 }],
            From(course, "lo-russo-2019", "ecog"));
        Assert.Empty(From(course with { EcogNow = Unknown<int>(UnknownReason.TooOld), EcogAtBaseline = Unknown<int>(UnknownReason.NotRecorded) }, "lo-russo-2019", "ecog"));
    }

    [Theory]
    [InlineData("matos-2020", "percent")]
    [InlineData("matos-2020", "mm")]
    [InlineData("maesaka-2022-hcc", "tgr-ratio")]
    [InlineData("lo-russo-2019", "early")]
    public void What_is_computed_from_the_sums_names_no_record_beside_them(string rule, string part) =>
        Assert.Empty(From(Course(80, 90, 135) with { NewLesions = Stated(One, "new"), RecordedProgression = Stated(true, "response") }, rule, part));

    private static ImmutableArray<GrowthGround> From(GrowthCourse course, string rule, string name) => course.Assess()[rule].Parts.Single(part => part.Name == name).From;

    private static Fact<T> Stated<T>(T value, string id)
        where T : notnull => new Fact<T>.Known(value, Place(id));

    private static GrowthGround Ground(GroundKind kind, string id) => new(kind, Place(id));

    private static Provenance Place(string id) => new(ClinicalTime.At(HccModel.AsOf), "Observation/" + id, [Mark.Preliminary]);
}
