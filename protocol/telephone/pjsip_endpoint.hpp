// SPDX-License-Identifier: Apache-2.0
/// A PJSIP endpoint with all its options. Names and types are the reference's; an option that the server does
/// not tell is null (Asterisk 22 no longer tells `disallow`).
#pragma once

#include "protocol/telephone/shown.hpp"

namespace ringmaster::telephone {

// X(type, name, header): one row an option: the member, the field of that name, and the header of
// EndpointDetail that tells it.
// clang-format off
#define RINGMASTER_ENDPOINT_OPTIONS(X) \
  X(text, account_code, "Accountcode") \
  X(text, acl, "Acl") \
  X(text, active_channels, "ActiveChannels") \
  X(text, aggregate_mwi, "AggregateMwi") \
  X(text, allow, "Allow") \
  X(text, allow_overlap, "AllowOverlap") \
  X(text, allow_subscribe, "AllowSubscribe") \
  X(text, allow_transfer, "AllowTransfer") \
  X(text, aors, "Aors") \
  X(text, asymmetric_rtp_codec, "AsymmetricRtpCodec") \
  X(text, auth, "Auth") \
  X(text, bind_rtp_to_media_address, "BindRtpToMediaAddress") \
  X(text, bundle, "Bundle") \
  X(text, call_group, "CallGroup") \
  X(text, caller_id, "Callerid") \
  X(text, caller_id_privacy, "CalleridPrivacy") \
  X(text, caller_id_tag, "CalleridTag") \
  X(text, connected_line_method, "ConnectedLineMethod") \
  X(text, contact_acl, "ContactAcl") \
  X(text, context, "Context") \
  X(maybe_number, cos_audio, "CosAudio") \
  X(maybe_number, cos_video, "CosVideo") \
  X(text, device_state, "DeviceState") \
  X(maybe_number, device_state_busy_at, "DeviceStateBusyAt") \
  X(text, direct_media, "DirectMedia") \
  X(text, direct_media_glare_mitigation, "DirectMediaGlareMitigation") \
  X(text, direct_media_method, "DirectMediaMethod") \
  X(text, disable_direct_media_on_nat, "DisableDirectMediaOnNat") \
  X(text, disallow, "Disallow") \
  X(text, dtls_ca_file, "DtlsCaFile") \
  X(text, dtls_ca_path, "DtlsCaPath") \
  X(text, dtls_cert_file, "DtlsCertFile") \
  X(text, dtls_cipher, "DtlsCipher") \
  X(text, dtls_fingerprint, "DtlsFingerprint") \
  X(text, dtls_private_key, "DtlsPrivateKey") \
  X(maybe_number, dtls_rekey, "DtlsRekey") \
  X(text, dtls_setup, "DtlsSetup") \
  X(text, dtls_verify, "DtlsVerify") \
  X(text, dtmf_mode, "DtmfMode") \
  X(text, fax_detect, "FaxDetect") \
  X(maybe_number, fax_detect_time, "FaxDetectTimeout") \
  X(text, force_avp, "ForceAvp") \
  X(text, force_rport, "ForceRport") \
  X(text, from_domain, "FromDomain") \
  X(text, from_user, "FromUser") \
  X(text, g_726_non_standard, "G726NonStandard") \
  X(text, ice_support, "IceSupport") \
  X(text, identify_by, "IdentifyBy") \
  X(text, inband_progress, "InbandProgress") \
  X(text, incoming_mwi_mailbox, "IncomingMwiMailbox") \
  X(text, language, "Language") \
  X(text, mailboxes, "Mailboxes") \
  X(maybe_number, max_audio_streams, "MaxAudioStreams") \
  X(maybe_number, max_video_streams, "MaxVideoStreams") \
  X(text, media_address, "MediaAddress") \
  X(text, media_encryption, "MediaEncryption") \
  X(text, media_encryption_optimistic, "MediaEncryptionOptimistic") \
  X(text, media_use_received_transport, "MediaUseReceivedTransport") \
  X(text, message_context, "MessageContext") \
  X(text, moh_passthrough, "MohPassthrough") \
  X(text, moh_suggest, "MohSuggest") \
  X(text, mwi_from_user, "MwiFromUser") \
  X(text, mwi_subscribe_replaces_unsolicited, "MwiSubscribeReplacesUnsolicited") \
  X(text, named_call_group, "NamedCallGroup") \
  X(text, named_pickup_group, "NamedPickupGroup") \
  X(text, notify_early_inuse_ringing, "NotifyEarlyInuseRinging") \
  X(text, object_name, "ObjectName") \
  X(text, object_type, "ObjectType") \
  X(text, one_touch_recording, "OneTouchRecording") \
  X(text, outbound_auth, "OutboundAuth") \
  X(text, outbound_proxy, "OutboundProxy") \
  X(text, pickup_group, "PickupGroup") \
  X(text, preferred_codec_only, "PreferredCodecOnly") \
  X(text, record_off_feature, "RecordOffFeature") \
  X(text, record_on_feature, "RecordOnFeature") \
  X(text, redirect_method, "RedirectMethod") \
  X(text, refer_blind_progress, "ReferBlindProgress") \
  X(text, rel_100, "100rel") \
  X(text, rewrite_contact, "RewriteContact") \
  X(text, rpid_immediate, "RpidImmediate") \
  X(text, rtcp_mux, "RtcpMux") \
  X(text, rtp_engine, "RtpEngine") \
  X(text, rtp_ipv6, "RtpIpv6") \
  X(maybe_number, rtp_keepalive, "RtpKeepalive") \
  X(text, rtp_symmetric, "RtpSymmetric") \
  X(maybe_number, rtp_timeout, "RtpTimeout") \
  X(maybe_number, rtp_timeout_hold, "RtpTimeoutHold") \
  X(text, sdp_owner, "SdpOwner") \
  X(text, sdp_session, "SdpSession") \
  X(text, send_diversion, "SendDiversion") \
  X(text, send_pai, "SendPai") \
  X(text, send_rpid, "SendRpid") \
  X(text, set_var, "SetVar") \
  X(text, srtp_tag32, "SrtpTag32") \
  X(text, sub_min_expiry, "SubMinExpiry") \
  X(text, subscribe_context, "SubscribeContext") \
  X(text, t38_udptl, "T38Udptl") \
  X(text, t38_udptl_ec, "T38UdptlEc") \
  X(text, t38_udptl_ipv6, "T38UdptlIpv6") \
  X(maybe_number, t38_udptl_maxdatagram, "T38UdptlMaxdatagram") \
  X(text, t38_udptl_nat, "T38UdptlNat") \
  X(text, timers, "Timers") \
  X(text, timers_min_se, "TimersMinSe") \
  X(maybe_number, timers_sess_expires, "TimersSessExpires") \
  X(text, tone_zone, "ToneZone") \
  X(maybe_number, tos_audio, "TosAudio") \
  X(maybe_number, tos_video, "TosVideo") \
  X(text, transport, "Transport") \
  X(text, trust_id_inbound, "TrustIdInbound") \
  X(text, trust_id_outbound, "TrustIdOutbound") \
  X(text, use_avpf, "UseAvpf") \
  X(text, use_ptime, "UsePtime") \
  X(text, user_eq_phone, "UserEqPhone") \
  X(text, voicemail_extension, "VoicemailExtension") \
  X(text, webrtc, "Webrtc")
// clang-format on

struct pjsip_endpoint {
#define RINGMASTER_MEMBER(type, name, header) type name;
  RINGMASTER_ENDPOINT_OPTIONS(RINGMASTER_MEMBER)
#undef RINGMASTER_MEMBER
  maybe_time tm_update;
  std::string pbx;
  std::string global_id; // "pbx1:" and the id

  [[nodiscard]] std::string_view id() const noexcept {
    return object_name ? std::string_view{*object_name} : std::string_view{};
  }
};

inline constexpr auto pjsip_endpoint_fields = field_table{
#define RINGMASTER_ROW(type, name, header) shown(#name, &pjsip_endpoint::name, "Asterisk's " header "."),
    RINGMASTER_ENDPOINT_OPTIONS(RINGMASTER_ROW)
#undef RINGMASTER_ROW
        shown("tm_update", &pjsip_endpoint::tm_update, "Last changed at."),
    shown("pbx", &pjsip_endpoint::pbx, "Name of the server that it lives on."),
    shown("global_id", &pjsip_endpoint::global_id, "Its id over all servers: PBX:ID."),
};

} // namespace ringmaster::telephone
