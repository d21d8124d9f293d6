namespace HpdCds.Clinical.Tests;

public sealed class PatientDataTests
{
    [Fact]
    public void What_is_about_a_patient_prints_its_kind_and_nothing_else()
    {
        var time = ClinicalTime.At(new DateTimeOffset(1944, 3, 7, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal("[Age]", new Age(44, 44).ToString());
        Assert.Equal("[SeenValue]", new SeenValue("44", "U/L", time, "Observation/44").ToString());
        Assert.Equal("[ClinicalTime]", time.ToString());
        Assert.Equal("[Interval]", Interval.Exactly(44).ToString());
        Assert.Equal("[PointsRange]", new PointsRange(4, 4).ToString());
        Assert.Equal("[BandRange]", new BandRange(Band.High, Band.High).ToString());
    }
}
