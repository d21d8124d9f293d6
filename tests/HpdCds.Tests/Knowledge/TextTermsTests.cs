using HpdCds.Knowledge;

namespace HpdCds.Tests.Knowledge;

/// <summary>Findings in words: what affirms, what denies, and how far a denial reaches.</summary>
public sealed class TextTermsTests
{
    private static TextTerms Terms => Profiles.AsShipped.Terms;

    [Theory]
    [InlineData("Portal vein tumor thrombus", TextMention.Affirmed)]
    [InlineData("HCC with PVTT (Vp3)", TextMention.Affirmed)]
    [InlineData("HCC with pvtt", TextMention.Affirmed)]
    [InlineData("No ascites, but portal vein tumour thrombus is present", TextMention.Affirmed)]
    [InlineData("No ascites. PVTT in the right branch", TextMention.Affirmed)]
    [InlineData("HCC 5.2 cm, no ascites; macrovascular invasion", TextMention.Affirmed)]
    [InlineData("右肝癌，门静脉癌栓形成", TextMention.Affirmed)]
    [InlineData("未见腹水，可见门脉癌栓", TextMention.Affirmed)]
    [InlineData("No PVTT", TextMention.NotAffirmed)]
    [InlineData("No evidence of ascites, varices or portal vein tumour thrombus", TextMention.NotAffirmed)]
    [InlineData("PVTT: absent", TextMention.NotAffirmed)]
    [InlineData("Portal vein tumor thrombus has been ruled out", TextMention.NotAffirmed)]
    [InlineData("h/o PVTT", TextMention.NotAffirmed)]
    [InlineData("r/o PVTT", TextMention.NotAffirmed)]
    [InlineData("门静脉癌栓（-）", TextMention.NotAffirmed)]
    [InlineData("无门静脉癌栓", TextMention.NotAffirmed)]
    [InlineData("未见肿大淋巴结、门静脉癌栓", TextMention.NotAffirmed)]
    [InlineData("既往门静脉癌栓", TextMention.NotAffirmed)]
    [InlineData("门静脉癌栓待排", TextMention.NotAffirmed)]
    [InlineData("Portal vein thrombosis", TextMention.None)]
    [InlineData("Microvascular invasion", TextMention.None)]
    [InlineData("XPVTTX", TextMention.None)]
    [InlineData("", TextMention.None)]
    [InlineData("HCC, no lymph node metastasis, PVTT present", TextMention.Affirmed)]
    [InlineData("No change in PVTT", TextMention.Affirmed)]
    [InlineData("Not resectable because of PVTT", TextMention.Affirmed)]
    [InlineData("HCC with PVTT (negative for MSI)", TextMention.Affirmed)]
    [InlineData("previous TACE for HCC with PVTT", TextMention.Affirmed)]
    [InlineData("无法手术的门静脉癌栓", TextMention.Affirmed)]
    [InlineData("cannot rule out PVTT", TextMention.Affirmed)]
    [InlineData("CT does not reliably exclude PVTT", TextMention.Affirmed)]
    [InlineData("PVTT not excluded", TextMention.Affirmed)]
    [InlineData("PVTT cannot be excluded", TextMention.Affirmed)]
    [InlineData("不能除外门静脉癌栓", TextMention.Affirmed)]
    [InlineData("不排除门静脉癌栓", TextMention.Affirmed)]
    [InlineData("门静脉癌栓不能除外", TextMention.Affirmed)]
    [InlineData("Tumour thrombus of portal vein", TextMention.Affirmed)]
    [InlineData("tumor thrombus of portal vein", TextMention.Affirmed)]
    [InlineData("门静脉右后支癌栓", TextMention.Affirmed)]
    [InlineData("门脉主干瘤栓", TextMention.Affirmed)]
    [InlineData("门静脉未见癌栓", TextMention.NotAffirmed)]
    [InlineData("No portal vein tumour thrombus or ascites", TextMention.NotAffirmed)]
    [InlineData("PVTT (-)", TextMention.NotAffirmed)]
    [InlineData("无门静脉右后支癌栓", TextMention.NotAffirmed)]
    public void Portal_vein_tumour_thrombus_is_read_with_its_negations(string text, TextMention expected) =>
        Assert.Equal(expected, Terms.MentionOf("pvtt", text));

    [Theory]
    [InlineData("Dexamethasone 4 mg tablet", true)]
    [InlineData("地塞米松片", true)]
    [InlineData("Dexamethasone 0.1 % eye drops", false)]
    [InlineData("Hydrocortisone cream 1 %", false)]
    [InlineData("氢化可的松乳膏", false)]
    [InlineData("Paracetamol", false)]
    public void A_steroid_counts_only_in_a_form_that_reaches_the_blood(string text, bool expected) =>
        Assert.Equal(expected, Terms.NamesSystemicDrug("corticosteroid", [text]));

    [Theory]
    [InlineData("Cirrhosis, no varices, with moderate ascites", TextMention.Affirmed)]
    [InlineData("No encephalopathy, large-volume ascites", TextMention.Affirmed)]
    [InlineData("No change in ascites", TextMention.Affirmed)]
    [InlineData("Not a TIPS candidate because of refractory ascites", TextMention.Affirmed)]
    [InlineData("Prior paracentesis for tense ascites", TextMention.Affirmed)]
    [InlineData("不能除外腹水", TextMention.Affirmed)]
    [InlineData("无法缓解的腹水", TextMention.Affirmed)]
    [InlineData("无需穿刺的腹水", TextMention.Affirmed)]
    [InlineData("腹水未见好转", TextMention.Affirmed)]
    [InlineData("History of cirrhosis with ascites", TextMention.Affirmed)]
    [InlineData("No ascites", TextMention.NotAffirmed)]
    [InlineData("No varices or ascites", TextMention.NotAffirmed)]
    [InlineData("No evidence of varices, encephalopathy or ascites", TextMention.NotAffirmed)]
    [InlineData("无腹水", TextMention.NotAffirmed)]
    [InlineData("h/o ascites", TextMention.NotAffirmed)]
    [InlineData("Ascites: none", TextMention.NotAffirmed)]
    public void A_denial_of_something_else_leaves_ascites_standing(string text, TextMention expected) =>
        Assert.Equal(expected, Terms.MentionOf("ascites", text));

    [Theory]
    [InlineData("Adjuvant", true)]
    [InlineData(" adjuvant therapy. ", true)]
    [InlineData("neo-adjuvant", true)]
    [InlineData("NEOADJUVANT", true)]
    [InlineData("新辅助治疗", true)]
    [InlineData("术后辅助治疗。", true)]
    [InlineData("not adjuvant", false)]
    [InlineData("non-adjuvant", false)]
    [InlineData("adjuvant: no", false)]
    [InlineData("progression after adjuvant therapy", false)]
    [InlineData("非辅助治疗", false)]
    [InlineData("辅助治疗后复发", false)]
    [InlineData("HCC", false)]
    public void Only_a_text_that_says_nothing_else_states_an_intent(string text, bool states) =>
        Assert.Equal(states, Profiles.AsShipped.Terms.StatesPerioperativeIntent(text));
}
